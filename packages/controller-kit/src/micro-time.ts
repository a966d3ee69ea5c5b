/** metav1.MicroTime: exactly six fraction digits, or the API server refuses it. */
export function microTime(date: Date): string {
  return date.toISOString().replace(/\.(\d{3})Z$/, ".$1000Z");
}
