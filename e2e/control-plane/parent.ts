// A process that starts a control plane and a program beside it, says where, and waits to be killed.
import { startControlPlane } from "@multigres/tools/control-plane";

const plane = await startControlPlane({ components: ["kube-scheduler"] });
const program = await plane.run({ name: "program", command: "sleep", args: ["600"] });
console.log(JSON.stringify({ directory: plane.directory, program: program.pid }));
setInterval(() => {}, 60_000);
