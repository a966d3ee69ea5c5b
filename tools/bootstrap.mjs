// `npm run demo` and `npm test` start here, on whatever Node the machine has and without installed packages: built-ins only, in every file
// of this folder. It fetches what is missing and hands over to TypeScript that runs on the right Node.
const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 20) {
  console.error(`Node 20 or newer is needed, and this is ${process.version}: install one from https://nodejs.org.`);
  process.exitCode = 1;
} else {
  // Only now: older versions may not even parse it.
  const { main } = await import("./bootstrap/main.mjs");
  process.exitCode = await main(process.argv.slice(2), process.env);
}
