import { expect, it } from "vitest";
import { MalformedEventError, parseWatchEvent } from "./watch-event.ts";

const metadata = { name: "one", uid: "u1", resourceVersion: "7" };

it.each(["ADDED", "MODIFIED", "DELETED"])("reads %s", (type) => {
  expect(parseWatchEvent(JSON.stringify({ type, object: { metadata } }))).toEqual({ type, object: { metadata } });
});

it("tells the bookmark that ends the initial events from others", () => {
  const bookmark = (annotations?: object) =>
    parseWatchEvent(JSON.stringify({ type: "BOOKMARK", object: { metadata: { resourceVersion: "7", annotations } } }));
  expect(bookmark()).toMatchObject({ resourceVersion: "7", endsInitialEvents: false });
  expect(bookmark({ "k8s.io/initial-events-end": "true" })).toMatchObject({ endsInitialEvents: true });
});

it.each([
  ["no JSON", '{"type":"ADDED"'],
  ["no object", '"ADDED"'],
  ["null", "null"],
  ["an event without object", '{"type":"ADDED"}'],
  ["an object without resourceVersion", '{"type":"ADDED","object":{"metadata":{"name":"a","uid":"b"}}}'],
  ["an object without uid", '{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"1"}}}'],
  ["an unknown type", JSON.stringify({ type: "RENAMED", object: { metadata } })],
])("refuses %s", (_, line) => {
  expect(() => parseWatchEvent(line)).toThrow(MalformedEventError);
});

it("never quotes what it couldn't read", () => {
  expect(() => parseWatchEvent('{"data":"hunter2"')).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining("hunter2") }),
  );
});
