import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { shown } from "../material/findings";
import { readPublicMaterial, type PublicMaterial } from "../material/material";
import {
    formatId,
    holdsOrigin,
    labelOf,
    normaliseOrigin,
    quote,
    type Identity,
    type Owner,
} from "../operations/identity";
import { NOTHING_KNOWN, writeState } from "../operations/state";
import { PROVIDER_TEXT, TYPE } from "../registration";
import type { CertificateEntry } from "../vercel/client";
import { CommandError, EXIT, type Command, type CommandHost } from "./command";
import { requireMaterialFile } from "./files";
import { misuse, type Parsed } from "./options";
import { shellWord } from "./shell";
import { listAtVercel, TOKEN_ENV } from "./vercel";

/** A file of `pulumi import --file`. The state keeps it in clear, so there is never a key in it. */
export interface ImportFile {
    readonly resources: readonly ImportedResource[];
}

interface ImportedResource {
    readonly type: string;
    readonly name: string;
    readonly id: string;
    readonly inputs: { readonly __provider: string };
    readonly outputs: Readonly<Record<string, unknown>>;
}

type Adopted = Identity & Owner;

export const importCommand: Command = {
    name: "import",
    operands: "PROJECT",
    leastOperands: 1,
    mostOperands: 1,
    summary: "Write the file by which pulumi import adopts a certificate that is in place already",
    details: [
        "Nothing is uploaded and no private key is read. Vercel does not show a certificate's content: that the files are",
        "those of the certificate in place is your word, and pulumi goes by it.",
        "Where the program gives tokenEnv, give the same name as --token-env: refresh and destroy will use it.",
    ],
    options: {
        cert: {
            value: "FILE",
            help: "The certificate in place and its intermediates, as the program declares them",
            required: true,
        },
        ca: { value: "FILE", help: "The issuers, as the program declares them", required: true },
        origin: { value: "ORIGIN", help: "https://host[:port]; default: the project-wide certificate" },
        team: {
            value: "TEAM",
            help: "Id (team_…) or slug of the team, as the program gives it; default: the token's own scope",
        },
        "token-env": TOKEN_ENV,
        name: { value: "NAME", help: "The name of the resource in the program; default: made of the origin" },
        "cert-id": { value: "ID", help: "Which certificate, where the origin has several" },
        output: { value: "FILE", help: "Where to write; - for standard output; default: import.json" },
    },
    run: runImport,
};

async function runImport(parsed: Parsed, host: CommandHost): Promise<typeof EXIT.fine> {
    const identity = identityOf(parsed);
    const material = await readMaterial(parsed, host);
    const entry = await findInPlace(identity, parsed.value("cert-id"), host);
    const name = parsed.value("name") ?? defaultName(identity);
    const file: ImportFile = { resources: [resourceOf(identity, name, entry, material)] };
    const { certId } = entry;
    const { fingerprint } = material;
    const output = parsed.value("output") ?? "import.json";
    const text = `${JSON.stringify(file, null, 4)}\n`;
    if (output === "-") {
        host.write(text);
        return EXIT.fine;
    }
    await writeNew(output, text, host);
    if (parsed.flag("json")) {
        host.write(`${JSON.stringify({ file: output, name, id: formatId(identity), certId, fingerprint }, null, 4)}\n`);
    } else {
        host.write(nextSteps(output, name, certId));
    }
    return EXIT.fine;
}

function identityOf(parsed: Parsed): Adopted {
    const [project = ""] = parsed.operands;
    const given = parsed.value("origin");
    const origin = given === undefined ? undefined : normaliseOrigin(given);
    if (given !== undefined && origin === undefined) {
        throw misuse(importCommand, `expected https://host[:port] as --origin, got ${quote(given)}`);
    }
    return { project, team: parsed.value("team"), tokenEnv: parsed.value("token-env"), origin };
}

/** What only time changes is nothing to an import: the certificate is in place. */
async function readMaterial(parsed: Parsed, host: CommandHost): Promise<PublicMaterial> {
    const cert = await requireMaterialFile(parsed.required("cert"), host);
    const ca = await requireMaterialFile(parsed.required("ca"), host);
    const { value, findings } = readPublicMaterial({ cert, ca });
    if (value === undefined) {
        findings.forEach(({ argument, message }) => host.complain(`${argument}: ${message}`));
        throw new CommandError(
            "expected certificates that can be read, got the problems above; mend the files",
            EXIT.bad,
        );
    }
    return value;
}

async function findInPlace(
    identity: Adopted,
    wanted: string | undefined,
    host: CommandHost,
): Promise<CertificateEntry> {
    const entries = await listAtVercel(identity, host);
    const there = entries
        .filter(({ origin }) => holdsOrigin(origin, identity.origin))
        .filter(({ certId }) => wanted === undefined || certId === wanted);
    const [entry, ...others] = there;
    if (entry === undefined) {
        const what = wanted === undefined ? "a certificate" : `the certificate ${quote(wanted)}`;
        const origins = [...new Set(entries.map(({ origin }) => shown(origin)))].slice(0, 10).join(", ");
        throw new CommandError(
            `expected ${what} in place for ${labelOf(identity)}, got none; there are certificates for: ${origins === "" ? "nothing" : origins}`,
        );
    }
    if (others.length > 0) {
        throw new CommandError(
            `expected one certificate in place for ${labelOf(identity)}, got ${there.map(({ certId }) => shown(certId)).join(", ")}; choose with --cert-id`,
        );
    }
    return entry;
}

/** With every output, as `create` would leave it: a program may use any of them. Who uploaded it, and when, is not known. */
function resourceOf(
    identity: Adopted,
    name: string,
    { certId, origin }: CertificateEntry,
    material: PublicMaterial,
): ImportedResource {
    const { project, team, tokenEnv } = identity;
    const { fingerprint } = material;
    const state = { project, team, tokenEnv, certId, origin, ...NOTHING_KNOWN, fingerprint };
    return {
        type: TYPE,
        name,
        id: formatId(identity),
        inputs: { __provider: PROVIDER_TEXT },
        outputs: {
            __provider: PROVIDER_TEXT,
            ...writeState(state, material),
        },
    };
}

function defaultName({ project, origin }: Identity): string {
    return (origin === undefined ? project : new URL(origin).host).replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "");
}

async function writeNew(path: string, text: string, { folder }: CommandHost): Promise<void> {
    try {
        await writeFile(resolve(folder, path), text, { flag: "wx" });
    } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
        const mend =
            code === "EEXIST" ? "it exists: remove it, or give another --output" : `it cannot be written (${code})`;
        throw new CommandError(`expected to write a new file at ${quote(path)}, but ${mend}`);
    }
}

function nextSteps(output: string, name: string, certId: string): string {
    return [
        `${output} adopts ${shown(certId)} as ${name}. With a ProjectClientCert of that name in the program:`,
        "",
        `  pulumi import --file ${shellWord(output)} --generate-code=false --protect=false`,
        "  pulumi preview",
        "",
        "The preview shows no changes if the program declares the same certificate and issuers.",
        "",
    ].join("\n");
}
