import { generateKeyPairSync } from "node:crypto";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { inspect } from "node:util";
import { expect } from "chai";
import * as fc from "fast-check";
import { after, before, describe, it } from "mocha";
import { VercelClient, type CertificateEntry } from "../../provider/vercel/client";
import { VercelError } from "../../provider/vercel/errors";
import { newToken } from "../support/testEnvironment";
import { EagerClock } from "../unit/vercel/clocks";
import { holdsFor, runsOf } from "./support/fuzz";
import { expectOneLine, Messages } from "./support/judged";

const TOKEN = newToken();
const KEY = generateKeyPairSync("ec", { namedCurve: "P-256" })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
const UPLOAD = { cert: "-----BEGIN CERTIFICATE-----\nc\n", key: KEY, ca: "ca\n", origin: "https://x.example.com" };
const ADDRESS = { project: "site", token: TOKEN };

/** How a layer of a server may have had the request when it quoted it. */
const FORMS = {
    plain: (text: string) => text,
    json: (text: string) => JSON.stringify(text).slice(1, -1),
    jsonTwice: (text: string) => JSON.stringify(JSON.stringify(text)),
    base64: (text: string) => Buffer.from(text).toString("base64"),
    base64url: (text: string) => Buffer.from(text).toString("base64url"),
    url: (text: string) => encodeURIComponent(text),
    hex: (text: string) => Buffer.from(text).toString("hex"),
    capitalHex: (text: string) => Buffer.from(text).toString("hex").toUpperCase(),
    bytesInHex: (text: string) => derOf(text).toString("hex"),
    bytesInBase64: (text: string) => derOf(text).toString("base64"),
} as const satisfies Record<string, (text: string) => string>;

function derOf(pem: string): Buffer {
    return Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64");
}

/** A part of the request; named, not held, so that a failure that is reported shows no secret. */
interface Echo {
    readonly of: "key" | "token" | "request";
    readonly from: number;
    readonly to: number;
    readonly form: keyof typeof FORMS;
}

type Part = string | Echo;

function textOf(parts: readonly Part[], request: string): string {
    // Only an upload holds the key. What a server quotes of it elsewhere it has from nowhere.
    const key = request.startsWith("POST") ? KEY : "";
    const whole = { key, token: TOKEN, request };
    return parts
        .map((part) => {
            if (typeof part === "string") {
                return part;
            }
            const text = FORMS[part.form](whole[part.of]);
            return text.slice(Math.floor(part.from * text.length), Math.ceil(part.to * text.length));
        })
        .join("");
}

const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const echo: fc.Arbitrary<Echo> = fc.record({
    of: fc.constantFrom("key", "token", "request"),
    from: fc.oneof(fc.constant(0), fraction),
    to: fc.oneof(fc.constant(1), fraction),
    form: fc.constantFrom(...(Object.keys(FORMS) as (keyof typeof FORMS)[])),
});
const said: fc.Arbitrary<Part[]> = fc.array(
    fc.oneof(
        echo,
        fc.string({ unit: "binary", maxLength: 30 }),
        fc.constantFrom("\n", "error: ", "x".repeat(1_490), "Project not found", "certificate", " ", "value_"),
    ),
    { maxLength: 5 },
);

/** What an answer is made of; the texts are filled in when the request is known. */
interface AnswerPlan {
    readonly status: number;
    readonly headers: readonly (readonly [string, readonly Part[]])[];
    readonly body:
        | { readonly kind: "raw"; readonly text: readonly Part[] }
        | { readonly kind: "json"; readonly value: unknown }
        | {
              readonly kind: "error";
              readonly envelope: string;
              readonly code: readonly Part[];
              readonly message: readonly Part[];
          }
        | { readonly kind: "entries"; readonly entries: readonly unknown[] };
    readonly cutAt: number;
}

const HEADERS = [
    "x-vercel-id",
    "retry-after",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "content-type",
    "content-encoding",
    "location",
    "transfer-encoding",
    "content-length",
    "x y",
];
// Retry-After stays at half a minute or more, or is no number: the client comes back when it is told, and a server that
// says "in one millisecond" is asked again for ten minutes.
const headerValue = fc.oneof(
    said,
    fc.constantFrom<readonly string[]>(
        [""],
        ["30"],
        ["100"],
        ["-5"],
        ["1e99"],
        ["NaN"],
        ["gzip"],
        ["Fri, 01 Jan 2038 00:00:00 GMT"],
    ),
);
const answers: fc.Arbitrary<AnswerPlan> = fc.record({
    status: fc.oneof(
        fc.constantFrom(200, 201, 204, 307, 400, 401, 402, 403, 404, 405, 409, 410, 429, 500, 503),
        fc.integer({ min: 200, max: 999 }),
    ),
    headers: fc.array(fc.tuple(fc.constantFrom(...HEADERS), headerValue), { maxLength: 3 }),
    body: fc.oneof(
        fc.record({ kind: fc.constant("raw" as const), text: said }),
        fc.record({ kind: fc.constant("json" as const), value: fc.jsonValue({ stringUnit: "binary" }) }),
        fc.record({
            kind: fc.constant("error" as const),
            envelope: fc.constantFrom("error", "err", ""),
            code: said,
            message: said,
        }),
        fc.record({
            kind: fc.constant("entries" as const),
            entries: fc.array(
                fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.record({ id: fc.string(), origin: fc.string() })),
                { maxLength: 3 },
            ),
        }),
    ),
    cutAt: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fraction }),
});

function bodyOf({ body }: AnswerPlan, request: string): string {
    switch (body.kind) {
        case "raw":
            return textOf(body.text, request);
        case "json":
            return JSON.stringify(body.value);
        case "entries":
            return JSON.stringify({ clientCerts: body.entries, certId: "c1", origin: "*" });
        case "error": {
            const envelope = { code: textOf(body.code, request), message: textOf(body.message, request) };
            return JSON.stringify(body.envelope === "" ? envelope : { [body.envelope]: envelope });
        }
    }
}

/** The bytes of an answer, whether they are HTTP or not. */
function bytesOf(plan: AnswerPlan, request: string): Buffer {
    const headers = plan.headers.map(([name, value]) => `${name}: ${textOf(value, request)}`);
    const head = [`HTTP/1.1 ${String(plan.status)} x`, "connection: close", ...headers].join("\r\n");
    const whole = Buffer.from(`${head}\r\n\r\n${bodyOf(plan, request)}`);
    return whole.subarray(0, Math.ceil(whole.length * plan.cutAt));
}

/** A server below HTTP: it takes a whole request, sends bytes, and hangs up. */
class RawServer {
    plan: AnswerPlan | undefined;
    readonly #server: Server = createServer((socket) => {
        this.#serve(socket);
    });

    get url(): string {
        return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
    }

    listen(): Promise<void> {
        return new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    }

    close(): Promise<void> {
        return new Promise((resolve) => {
            this.#server.close(() => {
                resolve();
            });
        });
    }

    #serve(socket: Socket): void {
        let received = "";
        // The client hangs up first where the answer is none; that is what is being tested.
        socket.on("error", () => socket.destroy());
        socket.on("data", (chunk) => {
            received += chunk.toString("latin1");
            const bodyAt = received.indexOf("\r\n\r\n") + 4;
            const [, length = "0"] = /content-length: (\d+)/i.exec(received) ?? [];
            if (bodyAt >= 4 && received.length - bodyAt >= Number(length) && this.plan !== undefined) {
                socket.end(bytesOf(this.plan, received));
            }
        });
    }
}

describe("hostile answers", () => {
    const server = new RawServer();
    const messages = new Messages({ keys: [KEY], tokens: [TOKEN] });
    before(async () => {
        await server.listen();
    });
    after(async () => {
        await server.close();
    });

    const isEntry = ({ certId, origin }: CertificateEntry): boolean => certId !== "" && typeof origin === "string";
    /** What cannot be read is an entry without anything: it may be any certificate. */
    const isUnread = ({ certId, origin }: CertificateEntry): boolean => certId === "" && origin === "";

    const CALLS = {
        list: async (client: VercelClient) => {
            const listed = await client.listCertificates(ADDRESS);
            expect(listed.every((entry) => isEntry(entry) || isUnread(entry))).to.equal(true);
            expectOneLine(listed.flatMap(({ certId, origin }) => [certId, origin]));
            messages.expectNoSecrets([JSON.stringify(listed)]);
            const body = server.plan?.body;
            if (body?.kind === "entries") {
                expect(listed).to.have.lengthOf(body.entries.length, "no entry is left out");
            }
        },
        upload: async (client: VercelClient) => {
            expect(isEntry(await client.uploadCertificate(ADDRESS, UPLOAD, "x"))).to.equal(true);
        },
        delete: async (client: VercelClient) => {
            await client.deleteCertificate(ADDRESS, "c1", "x");
        },
    } as const;

    const PIECE_LENGTH = 24;

    function expectNoPieceOfToken(text: string): void {
        for (let at = 0; at + PIECE_LENGTH <= TOKEN.length; at += 1) {
            expect(text.includes(TOKEN.slice(at, at + PIECE_LENGTH))).to.equal(false, "a piece of the token is shown");
        }
    }

    const CASES = 400;
    for (const [name, call] of Object.entries(CALLS)) {
        it(`end in what is documented, or in an error that shows neither token nor key: ${name} (${String(runsOf(CASES))} cases)`, async () => {
            await holdsFor(CASES, answers, async (plan) => {
                server.plan = plan;
                const lines: string[] = [];
                const notify = (line: string): void => void lines.push(line);
                const client = new VercelClient({ baseUrl: server.url, clock: new EagerClock(), notify });
                try {
                    await call(client);
                } catch (error) {
                    if (!(error instanceof VercelError)) {
                        throw error;
                    }
                    const everything = inspect(error, { depth: null, showHidden: true, maxStringLength: null });
                    expect(error.message).not.to.match(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
                    messages.expectNoSecrets([everything]);
                    expectNoPieceOfToken(everything);
                }
                messages.expectClean(lines);
            });
        });
    }
});
