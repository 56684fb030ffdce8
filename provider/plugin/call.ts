import { AsyncLocalStorage } from "node:async_hooks";
import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { systemClock, type Clock } from "../vercel/clock";

/** One operation on one resource, as the engine asked for it. */
interface Call {
    readonly urn: string;
    /** By `Clock.steady`; `undefined` without `customTimeouts`. */
    readonly endsAt: number | undefined;
    readonly said: Promise<void>[];
}

/** Node ends longer ones at once; nothing here takes 24 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const calls = new AsyncLocalStorage<Call>();
let engine: EngineClient | undefined;

export function connectToEngine(address: string): void {
    engine = new EngineClient(address, credentials.createInsecure());
}

/**
 * Runs an operation. What it says meanwhile stands on its resource, and all of it has reached the engine when it ends.
 *
 * @param timeoutSeconds As `customTimeouts` has it; 0 where it says nothing.
 */
export async function during<T>(urn: string, timeoutSeconds: number, operation: () => Promise<T>): Promise<T> {
    const isLimited = timeoutSeconds > 0 && timeoutSeconds * 1000 <= LONGEST_TIMER_MS;
    const endsAt = isLimited ? systemClock.steady() + timeoutSeconds * 1000 : undefined;
    const call: Call = { urn, endsAt, said: [] };
    try {
        return await calls.run(call, operation);
    } finally {
        await Promise.all(call.said);
    }
}

/** Of the resource at hand. */
export function urnOfCall(): string | undefined {
    return calls.getStore()?.urn;
}

/** The engine shows nobody the stderr of a plugin; it has a call for what a plugin says. */
export function say(message: string, severity: "warning" | "info" = "warning"): void {
    const call = calls.getStore();
    const request = new LogRequest()
        .setSeverity(severity === "warning" ? LogSeverity.WARNING : LogSeverity.INFO)
        .setMessage(message)
        .setUrn(call?.urn ?? "");
    const sent = new Promise<void>((resolve) => {
        // What the engine could not be told must not fail the operation that it is about.
        engine?.log(request, () => {
            resolve();
        });
        if (engine === undefined) {
            resolve();
        }
    });
    call?.said.push(sent);
}

/** Knows how long the operation at hand may take. A request in flight is never cut off by that: it might be applied. */
export const callClock: Clock = {
    ...systemClock,
    remaining: () => {
        const endsAt = calls.getStore()?.endsAt;
        return endsAt === undefined ? Number.POSITIVE_INFINITY : endsAt - systemClock.steady();
    },
};
