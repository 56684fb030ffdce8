import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { PROVIDER_TEXT } from "../../../provider/registration";
import { filesBelow, REPOSITORY } from "../../support/markdown";
import { CODED, fileOf, MessageCalls, type Message } from "./messageCalls";
import { MessageTexts } from "./messageTexts";

export const MESSAGES_PAGE = resolve(REPOSITORY, "docs/reference/messages.md");

const HEAD = `# Messages

Every message of this package, from its sources: errors, warnings, notes, lines of progress and questions. \`…\` stands for
text that only a run knows. A row of the kind \`part\` is no message by itself: it takes the place of a \`…\`, or stands in
the output of a command. This page is generated: \`npm run generate:messages\`.

A message says the fact, then what to do, then a code in brackets if it is about an argument or a certificate. It begins
with the argument, or with \`project/origin\`. [Findings](findings.md) says when each code comes up.
`;

/** The sections of the page, each with the beginnings of the paths that it is about. */
const SECTIONS: readonly (readonly [title: string, files: RegExp])[] = [
    ["Certificates and keys", /^certificates\//],
    ["Arguments", /^operations\/(?:argument|key|describe|originProblem|identity|expectedF|check|warnings)/],
    ["Operations", /^(?:operations|resource|registration|plugin)/],
    ["Calls to Vercel", /^vercel\//],
    ["The probe of an origin", /^probe\//],
    ["Command line", /^cli\/[^/]*$/],
    ["Command inspect", /^cli\/commands\/inspect/],
    ["Command convert", /^cli\/commands\/convert/],
    ["Command probe", /^cli\/commands\/probe/],
    ["Commands list and import", /^cli\/commands\/(?:list|import)/],
    ["Command status", /^cli\/commands\/status/],
    ["Command doctor", /^cli\/commands\/doctor/],
];

export interface ReadMessages {
    readonly messages: readonly Message[];
    /** Calls that pass on what others have made. */
    readonly passing: readonly string[];
}

/** @param files Paths below provider/, with what is in them. */
export function readMessages(files: Readonly<Record<string, string>>): ReadMessages {
    const sources = Object.entries(files).map(([path, text]) =>
        ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true),
    );
    const texts = new MessageTexts(sources, CODED);
    const calls = new MessageCalls(texts);
    sources.forEach((source) => calls.read(source));
    const types = new Set(sources.flatMap((source) => literalTypesIn(source)));
    const parts = sources.flatMap((source) => partsIn(source, texts, types));
    return { messages: [...calls.messages, ...parts], passing: calls.passing };
}

export function providerSources(): Readonly<Record<string, string>> {
    const paths = filesBelow("provider").filter((path) => path.endsWith(".ts"));
    const read = paths.map((path) => [path.replace(/^provider\//, ""), readFileSync(join(REPOSITORY, path), "utf8")]);
    return { ...(Object.fromEntries(read) as Record<string, string>), "registration.js": PROVIDER_TEXT };
}

/** Help and pages are no messages; what tables say is in the messages of their codes. */
const OTHER_TEXTS = /^(?:help|summary|details|value|operands|heading|title|name|fix|fixKey)$/;
const OTHER_FILES = /\/html\/|openMetrics|registration\.ts|findingTable|argumentTable|testCertificates|plugin\/schema/;
const SENTENCE = /[a-z]{2,},? [a-z]{2,}/;

/** Texts of words that no call has as its own, which become parts of messages in another way. */
function partsIn(source: ts.SourceFile, texts: MessageTexts, types: ReadonlySet<string>): readonly Message[] {
    const found: Message[] = [];
    const visit = (node: ts.Node): void => {
        const isOther =
            ts.isTypeNode(node) ||
            ts.isImportDeclaration(node) ||
            ts.isTaggedTemplateExpression(node) ||
            (ts.isPropertyAssignment(node) && OTHER_TEXTS.test(node.name.getText()));
        if (isOther || texts.used.has(node)) {
            return;
        }
        const isText = ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
        const [text = ""] = isText || isSum(node) ? texts.of(node) : [];
        if (SENTENCE.test(text) && !types.has(text)) {
            found.push({ kind: "part", text, file: fileOf(node) });
        }
        if (text === "") {
            ts.forEachChild(node, visit);
        }
    };
    if (!OTHER_FILES.test(source.fileName)) {
        visit(source);
    }
    return found;
}

function isSum(node: ts.Node): boolean {
    return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;
}

/** The words that types are made of are for the sources only. */
function literalTypesIn(node: ts.Node): readonly string[] {
    const own = ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal) ? [node.literal.text] : [];
    const below: string[] = [];
    ts.forEachChild(node, (child) => void below.push(...literalTypesIn(child)));
    return [...own, ...below];
}

export function renderMessages({ messages }: ReadMessages = readMessages(providerSources())): string {
    const sectionOf = (file: string): number => SECTIONS.findIndex(([, files]) => files.test(file));
    const lost = messages.filter(({ file }) => sectionOf(file) < 0);
    if (lost.length > 0) {
        throw new Error(`no section of the page for ${[...new Set(lost.map(({ file }) => file))].join(", ")}`);
    }
    const sections = SECTIONS.map(([title], index) => {
        const rows = messages.filter(({ file }) => sectionOf(file) === index).map(renderRow);
        return [`## ${title}`, "", "| kind | message |", "|---|---|", ...new Set(rows), ""].join("\n");
    });
    return [HEAD, ...sections].join("\n");
}

function renderRow({ kind, text }: Message): string {
    const line = text
        .trim()
        .replace(/\s*\n\s*/g, " ")
        .replaceAll("|", "\\|");
    return `| ${kind} | ${line.includes("`") ? `\`\` ${line} \`\`` : `\`${line}\``} |`;
}

if (require.main === module) {
    writeFileSync(MESSAGES_PAGE, renderMessages());
}
