import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
}

export interface Reply {
    readonly status: number;
    /** A string is sent as it is, anything else as JSON. */
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
}

/** `reset` breaks the connection after the request was read, `cut` in the middle of the answer; `silence` never answers. */
export type Answer = Reply | "reset" | "cut" | "silence";

/** A server that answers as it is told, so that tests see what really goes over the wire. */
export class TestServer {
    readonly received: Received[] = [];
    readonly #server = createServer((request, response) => void this.#serve(request, response));
    readonly #answer: (request: Received, index: number) => Answer;

    constructor(answer: (request: Received, index: number) => Answer) {
        this.#answer = answer;
    }

    get url(): string {
        return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
    }

    listen(): Promise<void> {
        return new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    }

    close(): Promise<void> {
        this.#server.closeAllConnections();
        return new Promise((resolve) =>
            this.#server.close(() => {
                resolve();
            }),
        );
    }

    async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const chunks: Buffer[] = [];
        for await (const chunk of request) {
            chunks.push(chunk as Buffer);
        }
        const { method = "", url = "", headers } = request;
        const received = { method, url, headers, body: Buffer.concat(chunks).toString("utf8") };
        this.received.push(received);
        const answer = this.#answer(received, this.received.length - 1);
        if (answer === "reset") {
            request.socket.destroy();
        } else if (answer === "cut") {
            response.writeHead(200, { "Content-Length": 1000 });
            response.write('{"certId":"c1",', () => request.socket.destroy());
        } else if (answer !== "silence") {
            response.writeHead(answer.status, answer.headers);
            response.end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body ?? {}));
        }
    }
}

export async function withServer(
    answer: (request: Received, index: number) => Answer,
    use: (server: TestServer) => Promise<void>,
): Promise<void> {
    const server = new TestServer(answer);
    await server.listen();
    try {
        await use(server);
    } finally {
        await server.close();
    }
}
