/** A pooler's name is its service id. */
export interface PoolerId {
  readonly cell: string;
  readonly name: string;
}

/** For maps and orders. */
export function poolerKey({ cell, name }: PoolerId): string {
  return `${cell}/${name}`;
}

export function byPoolerId(a: PoolerId, b: PoolerId): number {
  return poolerKey(a) < poolerKey(b) ? -1 : 1;
}
