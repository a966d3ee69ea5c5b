// Loaded before a program that was handed over to: when the process that forwards signals to it was killed, this sends the signal.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, "SIGTERM");
}, 1000).unref();
