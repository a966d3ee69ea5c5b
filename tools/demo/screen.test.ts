import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Screen } from "./screen.ts";
import { FakeTerminal } from "./testing/terminal.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("on a terminal", () => {
  it("redraws the block in place, with its clock", () => {
    const terminal = new FakeTerminal();
    const screen = new Screen(terminal);
    screen.draw(["a 0/2", "b 0/1"], "1 s");
    screen.draw(["a 2/2"], "2 s");
    expect(terminal.text).toEqual(["a 2/2", "2 s"]);
  });

  it("redraws with one write that blanks nothing which stays, so that nothing flickers", () => {
    const terminal = new FakeTerminal();
    const screen = new Screen(terminal);
    screen.draw(["a", "b"]);
    screen.draw(["a", "c"]);
    expect(terminal.writes).toHaveLength(2);
    expect(terminal.writes[1]).toBe("\u001b[2A\ra\u001b[K\nc\u001b[K\n\u001b[J");
  });

  it("puts lines above the block, and the next block below a settled one", () => {
    const terminal = new FakeTerminal();
    const screen = new Screen(terminal);
    screen.draw(["tree"]);
    screen.say("built\netcd");
    screen.draw(["tree again"]);
    screen.settle();
    screen.say("done");
    screen.draw(["other"]);
    expect(terminal.text).toEqual(["built", "etcd", "tree again", "done", "other"]);
  });

  it("shows the top of a block that is too high, as often as it is redrawn, and all of it in the end", () => {
    const terminal = new FakeTerminal(5);
    const screen = new Screen(terminal);
    const block = Array.from({ length: 9 }, (_, index) => `line ${index}`);
    screen.draw(block, "1 s");
    screen.draw(block, "2 s");
    expect(terminal.text).toEqual(["line 0", "line 1", "line 2", "… 7 more lines"]);
    screen.settle();
    expect(terminal.text).toEqual(block);
  });

  it("cuts lines that would be broken, without their colours", () => {
    const terminal = new FakeTerminal(24, 10);
    const screen = new Screen(terminal);
    screen.draw(["\u001b[32m0123456789\u001b[0m", "\u001b[32m012345678\u001b[0m"]);
    expect(terminal.writes[0]).toBe("01234567…\u001b[K\n\u001b[32m012345678\u001b[0m\u001b[K\n\u001b[J");
  });

  it("leaves alone what it drew before the terminal became narrower", () => {
    const terminal = new FakeTerminal();
    const screen = new Screen(terminal);
    screen.draw(["wide"]);
    terminal.columns = 40;
    screen.draw(["narrow"]);
    expect(terminal.text).toEqual(["wide", "narrow"]);
  });

  it("counts the seconds of a step in place, and leaves how long it took", async () => {
    const terminal = new FakeTerminal();
    const screen = new Screen(terminal);
    let finish = (_result: number): void => {};
    const step = screen.step("building", () => new Promise<number>((resolve) => (finish = resolve)));
    await vi.advanceTimersByTimeAsync(2000);
    expect(terminal.text).toEqual(["building ... 2 s"]);
    screen.say("etcd is ready");
    finish(7);
    expect(await step).toBe(7);
    await vi.advanceTimersByTimeAsync(5000);
    screen.say("next");
    expect(terminal.text).toEqual(["etcd is ready", "building: done in 2 s", "next"]);
  });

  it("leaves a step that failed as it was", async () => {
    const terminal = new FakeTerminal();
    const screen = new Screen(terminal);
    await expect(screen.step("building", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    screen.say("after");
    expect(terminal.text).toEqual(["building ... 0 s", "after"]);
  });
});

describe("elsewhere", () => {
  function aPipe() {
    const written: string[] = [];
    return { written, write: (text: string) => written.push(text) };
  }

  it("prints a block only when more than its clock has changed, and no control characters", () => {
    const pipe = aPipe();
    const screen = new Screen(pipe);
    screen.draw(["a 0/2"], "1 s");
    screen.draw(["a 0/2"], "2 s");
    screen.draw(["a 2/2"], "3 s");
    screen.settle();
    screen.say("done");
    expect(pipe.written.join("")).toBe("\n1 s\na 0/2\n\n3 s\na 2/2\ndone\n");
  });

  it("prints a line at the start and at the end of a step", async () => {
    const pipe = aPipe();
    await new Screen(pipe).step("building", () => Promise.resolve());
    expect(pipe.written).toEqual(["building ...\n", "building: done in 0 s\n"]);
  });
});
