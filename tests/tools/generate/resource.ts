import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Declarations, type Declared } from "../../support/declarations";

/** The page that is generated from the doc comments of the resource. */
export const RESOURCE_PAGE = resolve(__dirname, "../../../../docs/reference/resource.md");

const HEAD = `# ProjectClientCert

The arguments and outputs of the resource. This page is generated from the doc comments in
\`provider/resource/projectClientCert.ts\`: \`npm run generate:resource\`.

The id of the resource is \`[team/]project/origin\`, with \`*\` in place of the origin if the certificate is project-wide. It holds the
names that you gave first, and never changes.
`;

const OF_ARGUMENTS = `The provider refuses arguments of other names. It refuses assets: read a file with \`fs.readFileSync\`. As \`origin\`, \`tokenEnv\`,
\`expectedFingerprint\` or a passphrase it refuses an output that has no value; only a literal \`undefined\` leaves these out.
`;

const OF_OUTPUTS = `\`cert\`, \`key\` and \`ca\` are not outputs. The state holds \`cert\` and \`ca\` as their certificates alone, without comments. A preview shows
the old and the new \`fingerprint\`, \`certFingerprint\` and \`notAfter\`, because PEM texts are long or secret.
`;

const SOURCE = new Declarations("provider/resource/projectClientCert.ts");
const ARGUMENTS = SOURCE.ofInterface("ProjectClientCertArgs");
const OUTPUTS = SOURCE.ofClass("ProjectClientCert");
const EXPIRY = new Declarations("provider/certificates/checks/expiries.ts").ofInterface("CertificateExpiry");

export function renderResource(): string {
    return [
        ...[HEAD, "## Arguments", "", OF_ARGUMENTS, ...ARGUMENTS.map(renderArgument)],
        ...["## Outputs", "", OF_OUTPUTS, renderTable("output", OUTPUTS)],
        ...["### CertificateExpiry", "", renderTable("property", EXPIRY)],
    ].join("\n");
}

function renderArgument({ name, types, isOptional, comment }: Declared): string {
    return `### ${name}\n\n${code(types)}, ${isOptional ? "optional" : "required"}. ${withLinks(comment)}\n`;
}

function renderTable(head: string, rows: readonly Declared[]): string {
    const lines = rows.map(({ name, types, comment }) => `| \`${name}\` | ${code(types)} | ${withLinks(comment)} |`);
    return [`| ${head} | type | meaning |`, "|---|---|---|", ...lines, ""].join("\n");
}

function code(types: readonly string[]): string {
    return types.map((type) => `\`${type.replaceAll("|", "\\|")}\``).join(" or ");
}

/** Where the links of the doc comments lead on this page, or on one beside it. */
function withLinks(comment: string): string {
    const named = comment.replace(/\bdocs\/reference\/([\w-]+)\.md\b/g, "[$1]($1.md)");
    return named.replace(/\{@link (?:ProjectClientCert\.)?(\w+)\}/g, (_, name: string) => {
        const target = ARGUMENTS.some((one) => one.name === name) ? `#${name.toLowerCase()}` : PAGES[name];
        return `[\`${name}\`](${target ?? "#outputs"})`;
    });
}

const PAGES: Readonly<Record<string, string>> = {
    PrivateKeySource: "../guides/keys.md",
};

if (require.main === module) {
    writeFileSync(RESOURCE_PAGE, renderResource());
}
