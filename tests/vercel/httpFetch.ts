import { request } from "node:http";

/**
 * `fetch` over `node:http`, for tests of the fake API: as Node's own, it fails where a connection breaks off. Node's own does
 * not connect under wine, where these tests run as well.
 */
export async function httpFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const { url, method, headers, body, signal } = new Request(input, init);
    const content = body === null ? undefined : Buffer.from(await new Response(body).arrayBuffer());
    return await new Promise((resolve, reject) => {
        const fail = (cause: unknown): void => {
            reject(new TypeError("fetch failed", { cause }));
        };
        const length = content === undefined ? {} : { "content-length": content.length };
        const options = { method, headers: { ...Object.fromEntries(headers), ...length }, agent: false, signal };
        const call = request(url, options, (answer) => {
            const chunks: Buffer[] = [];
            answer.on("data", (chunk: Buffer) => chunks.push(chunk));
            answer.on("error", fail).on("end", () => {
                const { statusCode = 0, headersDistinct } = answer;
                const pairs = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
                    values.map((value): [string, string] => [name, value]),
                );
                const text = [204, 304].includes(statusCode) ? null : Buffer.concat(chunks);
                resolve(new Response(text, { status: statusCode, headers: pairs }));
            });
        });
        call.on("error", fail).end(content);
    });
}
