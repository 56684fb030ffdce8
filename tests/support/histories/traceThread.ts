import { parentPort, workerData } from "node:worker_threads";
import { steadyTraces, type TraceRequest } from "./steadyTraces";

// A failure ends the thread, and whoever waits for it gets the error.
void steadyTraces(workerData as TraceRequest).then((traces) => parentPort?.postMessage(traces));
