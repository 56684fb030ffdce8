import axios, { type AxiosRequestConfig } from "axios";
import { isMainThread } from "node:worker_threads";
import type { PlainRequest } from "../../vercel/fakeVercel";
import type { WireAnswer } from "../../vercel/answers";

/** How a call ends: with an answer, or with what Node would throw. */
export type CallEnd = WireAnswer | "reset" | "timeout" | "refused";

type Answerer = (request: PlainRequest) => Promise<CallEnd>;

const CODES = { reset: "ECONNRESET", timeout: "ECONNABORTED", refused: "ECONNREFUSED" } as const;

let answerer: Answerer | undefined;

/** All calls of axios in this thread end here, without a socket; everything of the client but the wire is as it is. */
export function answerCalls(by: Answerer): void {
    if (isMainThread && process.env["MOCHA_WORKER_ID"] !== undefined) {
        throw new Error(
            "other tests that run in this process would get these answers: use a thread, or a folder `alone`",
        );
    }
    answerer = by;
    // What `create` makes calls this method, too.
    (axios.Axios.prototype as { request: unknown }).request = request;
}

async function request(config: AxiosRequestConfig): Promise<unknown> {
    if (answerer === undefined) {
        throw new Error("nobody answers calls");
    }
    const { pathname, search } = new URL(config.url ?? "");
    const hasBody = config.data !== undefined;
    const end = await answerer({
        method: config.method ?? "GET",
        url: `${pathname}${search}`,
        headers: {
            authorization: String(config.headers?.["Authorization"]),
            ...(hasBody ? { "content-type": "application/json" } : {}),
        },
        body: hasBody ? JSON.stringify(config.data) : "",
    });
    if (typeof end === "string") {
        throw Object.assign(new Error(end), { code: CODES[end] });
    }
    const headers = Object.entries(end.headers).map(([name, value]) => [name.toLowerCase(), value]);
    return { status: end.status, data: end.text, headers: Object.fromEntries(headers) as unknown };
}
