import { judgeChain } from "../../certificates/chain/chainVerdict";
import { judgeCertificateSet, readCertificateSet } from "../../certificates/certificates";
import { formatId, holdsOrigin, labelOf, normaliseOrigin, type Identity, type Owner } from "../../operations/identity";
import type { Properties } from "../../operations/arguments";
import { NOTHING_KNOWN, writeState } from "../../operations/state";
import { PLUGIN_TYPE, PROVIDER_TEXT, TYPE } from "../../registration";
import type { CertificateEntry } from "../../vercel/client";
import { CommandError, EXIT, type Command, type CommandHost, type Parsed } from "../command";
import { writeTogether } from "../newFiles";
import { PASSPHRASE_OPTION, requireBundleFiles } from "../files";
import { shellWord } from "../shell";
import { jsonText } from "../terminal";
import { listAtVercel, OWNER_OPTIONS, ownerOf } from "../vercelClient";
import { enumerated, shown, quote } from "../../text/quoting";

/** A file of `pulumi import --file`. The state keeps it in clear, so there is never a key in it. */
export interface ImportFile {
    readonly resources: readonly (ImportedComponent | ImportedResource)[];
}

export type ImportedResource = ReturnType<typeof resourceOf>;
type ImportedComponent = ReturnType<typeof componentsOf>[number];

type Adopted = Identity & Owner;

type Certificates = Awaited<ReturnType<typeof readCertificates>>;

const COMPONENT = /^([^\s=$]+)=(.+)$/;

export const importCommand: Command = {
    name: "import",
    operands: "PROJECT",
    operandCounts: [1, 1],
    summary: "Write the file by which pulumi import adopts a certificate that is in place already",
    details: [
        "Nothing is uploaded and no private key is read. Vercel does not show a certificate's content: that the files are",
        "those of the certificate in place is your word, and pulumi goes by it. What inspect would say of them is a warning.",
        "Give --team and --token-env as the program gives team and tokenEnv: refresh and destroy will use them.",
    ],
    options: {
        cert: {
            value: "FILE",
            help: "The certificate in place and its intermediates, as the program declares them",
            required: true,
        },
        ca: { value: "FILE", help: "The issuers, as the program declares them", required: true },
        origin: {
            value: "ORIGIN",
            help: "https://host[:port]; default: the project-wide certificate",
            expected: ["https://host[:port]", (origin) => normaliseOrigin(origin) !== undefined],
        },
        ...OWNER_OPTIONS,
        parent: {
            value: "TYPE=NAME",
            help: "The component that it belongs to in the program; several, if nested: the outermost first",
            repeatable: true,
            expected: [
                "the type and the name of a component, as my:module:Gateway=main",
                (text) => COMPONENT.test(text),
            ],
        },
        plugin: { help: "For a program that uses the plugin, as those in YAML and Python do" },
        name: { value: "NAME", help: "The name of the resource in the program; default: made of the origin" },
        "cert-id": { value: "ID", help: "Which certificate, where the origin has several" },
        ...PASSPHRASE_OPTION,
        output: { value: "FILE", help: "Where to write; - for standard output; default: import.json" },
    },
    run: runImport,
};

async function runImport(parsed: Parsed, host: CommandHost): Promise<typeof EXIT.fine> {
    const identity = { ...ownerOf(parsed), origin: normaliseOrigin(parsed.value("origin") ?? "") };
    const components = componentsOf(parsed.values("parent"));
    const declared = await readCertificates(parsed, host);
    const { findings, certificates } = declared;
    for (const { severity, argument, message } of findings) {
        host.writeError(`${severity === "error" ? "warning" : severity}: ${argument}: ${message}`);
    }
    const entry = await findInPlace(identity, parsed.value("cert-id"), host);
    const resource = resourceOf(identity, entry, declared, parsed);
    const file: ImportFile = { resources: [...components, { ...resource, parent: components.at(-1)?.name }] };
    const output = parsed.value("output") ?? "import.json";
    const text = jsonText(file);
    if (output === "-") {
        host.write(text);
        return EXIT.fine;
    }
    const ifThere = ", and it stays as it is; remove it, or give another --output";
    await writeTogether([{ path: output, text }], host, ifThere);
    const { name, id } = resource;
    const { certId } = entry;
    const { fingerprint } = certificates;
    const said = findings.map(({ code, severity, argument, message }) => ({ code, severity, argument, message }));
    const result = { file: output, name, id, certId, fingerprint, findings: said };
    host.write(parsed.flag("json") ? jsonText(result) : nextSteps(output, name, certId));
    return EXIT.fine;
}

/** pulumi creates them where the state has none yet, and leaves them alone where it does. */
function componentsOf(parents: readonly string[]) {
    return parents.map((text, index) => {
        const [, type = "", logicalName = ""] = COMPONENT.exec(text) ?? [];
        const parent = index === 0 ? undefined : nameInFile(index - 1);
        // `name` is for the file, where names must differ; in the program it has the logical name.
        return { type, name: nameInFile(index), logicalName, component: true, parent };
    });
}

/** No resource in a program has a name like this. */
function nameInFile(index: number): string {
    return `:parent:${String(index)}`;
}

/** The certificate is in place, so whatever is wrong with it is only a warning, unless it cannot be read. */
async function readCertificates(parsed: Parsed, host: CommandHost) {
    const { files } = await requireBundleFiles(parsed, host, ["cert", "ca"]);
    const [cert = "", ca = ""] = files.map(({ texts }) => texts.join(""));
    const { value: certificates, canonical, findings } = readCertificateSet({ cert, ca });
    if (certificates === undefined) {
        findings.forEach(({ argument, message }) => host.writeError(`${argument}: ${message}`));
        throw new CommandError("the certificates cannot be read, for the reasons above; correct the files", EXIT.bad);
    }
    const nowMs = host.clock.now();
    const known = [...findings, ...judgeCertificateSet(certificates, { nowMs, expiryWarningDays: undefined })];
    const ofChain = await judgeChain(certificates, undefined, known, nowMs);
    return { certificates, canonical, findings: [...known, ...ofChain] };
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
        throw new CommandError(nothingThere(identity, wanted, entries));
    }
    if (others.length > 0) {
        throw new CommandError(
            `there are ${String(there.length)} certificates for ${labelOf(identity)}: ` +
                `${enumerated(there.map(({ certId }) => shown(certId)))}; choose with --cert-id`,
        );
    }
    return entry;
}

function nothingThere(
    { project, origin }: Identity,
    wanted: string | undefined,
    all: readonly CertificateEntry[],
): string {
    const kind = origin === undefined ? "project-wide certificate" : `certificate for ${origin}`;
    const what = wanted === undefined ? kind : `${kind} with the id ${quote(wanted)}`;
    const origins = [...new Set(all.map((entry) => normaliseOrigin(entry.origin) ?? "the whole project"))];
    const hint =
        origins.length === 0
            ? "the project has no client certificates: check its name and --team"
            : `${origin === undefined && wanted === undefined ? "did you forget --origin? There" : "there"} are certificates for ` +
              enumerated(origins);
    return `there is no ${what} in ${quote(project)}; ${hint}`;
}

/** With every output, as `create` would leave it: a program may use any of them. Who uploaded it, and when, is not known. */
function resourceOf(
    identity: Adopted,
    { certId, origin }: CertificateEntry,
    { certificates, canonical }: Certificates,
    parsed: Parsed,
) {
    const { project, team, tokenEnv } = identity;
    const isPlugin = parsed.flag("plugin");
    const provider = isPlugin ? {} : { __provider: PROVIDER_TEXT };
    const { fingerprint } = certificates;
    const state = { ...NOTHING_KNOWN, project, team, tokenEnv, certId, origin, fingerprint };
    const outputs: Properties = { ...provider, ...writeState(state, certificates) };
    return {
        type: isPlugin ? PLUGIN_TYPE : TYPE,
        name: parsed.value("name") ?? defaultName(identity),
        id: formatId(identity),
        // What is public of the arguments, so that `ignoreChanges` has something to keep. By the fingerprint, and by the
        // key that is missing, check tells an import.
        inputs: { ...provider, project, team, origin: identity.origin, tokenEnv, ...canonical, fingerprint },
        outputs,
    };
}

function defaultName({ project, origin }: Identity): string {
    return (origin === undefined ? project : new URL(origin).host).replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "");
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
