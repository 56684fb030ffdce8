import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/**
 * What a proxy does with a CONNECT: opens the tunnel, never answers, hangs up, refuses, or opens the tunnel and cuts it
 * once so much of the origin's bytes went through.
 */
export type ProxyBehaviour =
    | "tunnel"
    | "silence"
    | "close"
    | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
    | { readonly cutAfterBytes: number };

/** All that one client of the proxy sent, and all that it got back. */
interface Conversation {
    readonly sent: Buffer[];
    readonly got: Buffer[];
}

const END_OF_HEAD = "\r\n\r\n";
const TLS_HEADER_BYTES = 5;
/** RFC 8446 §5.1: change_cipher_spec, alert, handshake, application_data. */
const TLS_CONTENT_TYPES: readonly number[] = [20, 21, 22, 23];

/** An HTTP proxy on loopback that records every byte. Its names all mean this machine. */
export class ConnectProxy {
    static async start(behaviour: ProxyBehaviour = "tunnel"): Promise<ConnectProxy> {
        const proxy = new ConnectProxy(behaviour);
        await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
        return proxy;
    }

    readonly #behaviour: ProxyBehaviour;
    readonly #conversations: Conversation[] = [];
    readonly #sockets = new Set<Socket>();
    readonly #heads: string[] = [];
    readonly #server: Server;
    #whenAsked: (() => void) | undefined;

    private constructor(behaviour: ProxyBehaviour) {
        this.#behaviour = behaviour;
        this.#server = createServer((client) => {
            this.#serve(client);
        });
    }

    get url(): string {
        return `http://127.0.0.1:${String(this.#port)}`;
    }

    urlFor(user: string, password: string): string {
        return `http://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${String(this.#port)}`;
    }

    /** Line and headers of every request, in order. */
    get heads(): readonly string[] {
        return this.#heads;
    }

    /** Every byte in both directions, each as one character. */
    get recorded(): string {
        return this.#conversations
            .map(({ sent, got }) => Buffer.concat([...sent, ...got]).toString("latin1"))
            .join("\n");
    }

    get recordedBytes(): number {
        return this.#conversations
            .flatMap(({ sent, got }) => [...sent, ...got])
            .reduce((sum, { length }) => sum + length, 0);
    }

    /** Where a client sent or got something else than a CONNECT, its answer, and TLS records. */
    get foreignBytes(): readonly string[] {
        return this.#conversations.flatMap(({ sent, got }) => {
            const [head, toOrigin] = splitHead(Buffer.concat(sent));
            const [answer, fromOrigin] = splitHead(Buffer.concat(got));
            return [
                ...(head.startsWith("CONNECT ") ? [] : [`a request that is no CONNECT: ${head.slice(0, 40)}`]),
                ...(answer.startsWith("HTTP/1.1 200 ")
                    ? []
                    : [`an answer that opens no tunnel: ${answer.slice(0, 40)}`]),
                ...foreignToTls(toOrigin).map((what) => `to the origin: ${what}`),
                ...foreignToTls(fromOrigin).map((what) => `from the origin: ${what}`),
            ];
        });
    }

    /** Calls back at every request, once it was read. */
    onRequest(callback: () => void): void {
        this.#whenAsked = callback;
    }

    /** How many connections of clients are still open. */
    get open(): number {
        return [...this.#sockets].filter((socket) => !socket.destroyed).length;
    }

    async stop(): Promise<void> {
        this.#sockets.forEach((socket) => socket.destroy());
        await new Promise((resolve) => this.#server.close(resolve));
    }

    get #port(): number {
        return (this.#server.address() as AddressInfo).port;
    }

    #keep(socket: Socket, other: () => Socket | undefined): void {
        this.#sockets.add(socket);
        // One end that breaks off breaks off the other; what the client makes of that is what tests look at.
        socket.on("error", () => other()?.destroy());
        socket.on("close", () => other()?.destroy());
    }

    #serve(client: Socket): void {
        const conversation: Conversation = { sent: [], got: [] };
        this.#conversations.push(conversation);
        let origin: Socket | undefined;
        this.#keep(client, () => origin);
        client.on("data", (chunk) => {
            conversation.sent.push(chunk);
            if (origin !== undefined) {
                origin.write(chunk);
                return;
            }
            const all = Buffer.concat(conversation.sent);
            if (!all.includes(END_OF_HEAD)) {
                return;
            }
            const [head, rest] = splitHead(all);
            this.#heads.push(head);
            origin = this.#answer(client, conversation, head);
            origin?.write(rest);
            this.#whenAsked?.();
        });
    }

    #answer(client: Socket, { got }: Conversation, head: string): Socket | undefined {
        const say = (text: string): void => {
            got.push(Buffer.from(text, "latin1"));
            client.write(text);
        };
        const port = /^CONNECT [^ ]+:(\d+) HTTP\/1\.1\r\n/.exec(head)?.[1];
        const behaviour = port === undefined ? { status: 405 } : this.#behaviour;
        if (behaviour === "silence") {
            return undefined;
        }
        if (behaviour === "close") {
            client.end();
            return undefined;
        }
        if (typeof behaviour === "object" && "status" in behaviour) {
            const { status, headers = {}, body = "" } = behaviour;
            const lines = Object.entries({ ...headers, "content-length": String(Buffer.byteLength(body)) });
            say(
                `HTTP/1.1 ${String(status)} No\r\n${lines.map((line) => `${line.join(": ")}\r\n`).join("")}\r\n${body}`,
            );
            client.end();
            return undefined;
        }
        const most = behaviour === "tunnel" ? Infinity : behaviour.cutAfterBytes;
        const origin = connect(Number(port), "127.0.0.1");
        this.#keep(origin, () => client);
        say("HTTP/1.1 200 Connection established\r\n\r\n");
        let passed = 0;
        origin.on("data", (chunk) => {
            passed += chunk.length;
            if (passed > most) {
                client.resetAndDestroy();
                return;
            }
            got.push(chunk);
            client.write(chunk);
        });
        return origin;
    }
}

function splitHead(bytes: Buffer): [head: string, rest: Buffer] {
    const end = bytes.indexOf(END_OF_HEAD) + END_OF_HEAD.length;
    return [bytes.subarray(0, end).toString("latin1"), bytes.subarray(end)];
}

function foreignToTls(bytes: Buffer): readonly string[] {
    if (bytes.length === 0) {
        return ["nothing at all"];
    }
    for (let at = 0; at < bytes.length;) {
        const type = bytes[at] ?? 0;
        if (!TLS_CONTENT_TYPES.includes(type) || bytes[at + 1] !== 3 || bytes.length < at + TLS_HEADER_BYTES) {
            return [`at byte ${String(at)} there is no TLS record, but one of type ${String(type)}`];
        }
        at += TLS_HEADER_BYTES + bytes.readUInt16BE(at + 3);
    }
    return [];
}
