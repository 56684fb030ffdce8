/**
 * Loaded by `--require` into every Node process below the CLI: samples the program and the provider. The engine ends a
 * provider without warning, so what was sampled is written every second.
 */
import { writeFileSync } from "node:fs";
import { Session, type Profiler } from "node:inspector";
import { join } from "node:path";
import type { ProfileChunk } from "./profile";

const WRITE_EVERY_MS = 1_000;

const folder = process.env["BENCH_PROFILE_FOLDER"];
const script = process.argv[1] ?? "";
const part = script.includes("dynamic-provider") ? "provider" : script.includes("cmd/run") ? "program" : undefined;

if (folder !== undefined && part !== undefined) {
    sample(part, folder);
}

function sample(part: ProfileChunk["part"], folder: string): void {
    const session = new Session();
    let chunks = 0;
    session.connect();
    session.post("Profiler.enable");
    session.post("Profiler.start");
    const write = (): void => {
        // Within one thread the answer comes before the call returns.
        session.post("Profiler.stop", (error, { profile }) => {
            if (error === null) {
                chunks += 1;
                const chunk: ProfileChunk = { part, functions: selfTimes(profile) };
                writeFileSync(join(folder, `${String(process.pid)}-${String(chunks)}.json`), JSON.stringify(chunk));
            }
        });
    };
    const timer = setInterval(() => {
        write();
        session.post("Profiler.start");
    }, WRITE_EVERY_MS);
    timer.unref();
    process.once("exit", write);
}

function selfTimes({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): ProfileChunk["functions"] {
    const nameOf = new Map(nodes.map(({ id, callFrame }) => [id, [callFrame.functionName, callFrame.url] as const]));
    const times = new Map<string, ProfileChunk["functions"][number]>();
    samples.forEach((id, index) => {
        const [name, url] = nameOf.get(id) ?? ["", ""];
        const key = `${name} ${url}`;
        const selfMs = (times.get(key)?.selfMs ?? 0) + (timeDeltas[index] ?? 0) / 1000;
        times.set(key, { name, url, selfMs });
    });
    return [...times.values()];
}
