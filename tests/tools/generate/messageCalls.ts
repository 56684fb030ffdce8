import ts from "typescript";
import { FINDING_KINDS, type FindingKind } from "../../../provider/certificates/findingTable";
import { ARGUMENT_KINDS } from "../../../provider/operations/argumentTable";
import { HOLE } from "../../support/messages";
import type { MessageTexts } from "./messageTexts";

export type Kind = "error" | "warning" | "note" | "progress" | "question" | "part";

export interface Message {
    readonly kind: Kind;
    readonly text: string;
    /** Of the source. */
    readonly file: string;
}

/** Where a class or a function has the text of a message among its arguments. */
interface Maker {
    readonly kind: Kind;
    readonly at: number;
}

const ERRORS: Readonly<Record<string, Maker | undefined>> = {
    ...{
        Error: error(0),
        OperationError: error(0),
        CommandError: error(0),
        ProbeError: error(0),
    },
    ...{ SettingsError: error(0), PartialFailure: error(2), UnsupportedEncryption: part(0) },
    // Their texts stand in their own classes, or they are caught where they are thrown.
    ...{
        RangeError: undefined,
        WrongPassphrase: undefined,
        VercelError: undefined,
        TunnelError: undefined,
        OutOfTimeError: undefined,
        UncertainUploadError: undefined,
        Interrupted: undefined,
    },
    // Messages of the protocol of the engine, which hold what is known already.
    ...{ CheckFailure: undefined, ErrorResourceInitFailed: undefined },
};

const SAYERS: Readonly<Record<string, Maker>> = {
    ...{
        notify: { kind: "warning", at: 0 },
        writeError: { kind: "warning", at: 0 },
        writeLine: { kind: "warning", at: 0 },
    },
    ...{ say: { kind: "progress", at: 0 }, sayAtOnce: error(0), speak: { kind: "warning", at: 0 } },
    ...{ ask: { kind: "question", at: 0 } },
    ...{ misuse: error(1), malformed: part(2), warning: { kind: "warning", at: 1 } },
    ...{ info: { kind: "note", at: 0 }, warn: { kind: "warning", at: 0 } },
};

/** Those with a code: `(code, argument, fact, step?)` and `(code, fact, step?)`. */
export const CODED = new Set(["finding", "argumentProblem", "report", "say", "fault", "refused"]);

function error(at: number): Maker {
    return { kind: "error", at };
}

function part(at: number): Maker {
    return { kind: "part", at };
}

const KINDS: Readonly<Record<string, (Pick<FindingKind, "severity" | "fix"> & Partial<FindingKind>) | undefined>> = {
    ...FINDING_KINDS,
    ...ARGUMENT_KINDS,
};

/** What these say of a code is in the message of each call with that code. */
const TABLES = /findingTable|argumentTable/;

/** Reads the calls that make messages. */
export class MessageCalls {
    readonly messages: Message[] = [];
    /** Calls that make a message of which nothing is known here: they pass on what others have made. */
    readonly passing: string[] = [];
    readonly #texts: MessageTexts;

    constructor(texts: MessageTexts) {
        this.#texts = texts;
    }

    read(node: ts.Node): void {
        if (TABLES.test(fileOf(node))) {
            return;
        }
        const [ancestor] = ts.isClassDeclaration(node) ? (node.heritageClauses?.[0]?.types ?? []) : [];
        if (ancestor !== undefined && Object.hasOwn(ERRORS, nameOf(ancestor.expression))) {
            requireKnown((node as ts.ClassDeclaration).name?.text ?? "", node);
        }
        if (ts.isNewExpression(node)) {
            this.#readError(node);
        } else if (ts.isCallExpression(node)) {
            this.#readCall(node, nameOf(node.expression));
        }
        ts.forEachChild(node, (child) => this.read(child));
    }

    #readError(node: ts.NewExpression): void {
        const name = nameOf(node.expression);
        if (/Error|Failure|Exception/.test(name)) {
            requireKnown(name, node);
        }
        const maker = Object.hasOwn(ERRORS, name) ? ERRORS[name] : undefined;
        if (maker !== undefined && node.arguments !== undefined) {
            this.#add(node, maker);
        }
    }

    #readCall(node: ts.CallExpression, name: string): void {
        const [first] = node.arguments;
        if (first !== undefined && CODED.has(name) && this.#hasCode(name, first)) {
            this.#readCoded(node, name === "finding");
        } else if (node.expression.kind === ts.SyntaxKind.SuperKeyword) {
            // Only those of errors are texts.
            const texts = this.#texts.of(first).filter((text) => / /.test(text));
            texts.forEach((text) => this.messages.push({ kind: "error", text, file: fileOf(node) }));
        } else {
            const maker = SAYERS[name];
            if (maker !== undefined && node.arguments.length > maker.at) {
                const isWaiting = maker.kind === "warning" && /vercel\//.test(fileOf(node));
                this.#add(node, isWaiting ? { ...maker, kind: "progress" } : maker);
            }
        }
    }

    /** `say` has many meanings. */
    #hasCode(name: string, first: ts.Expression): boolean {
        return name !== "say" || this.#texts.of(first).every((code) => code in KINDS);
    }

    #readCoded(node: ts.CallExpression, hasArgument: boolean): void {
        const [code, ...others] = node.arguments;
        const [argument, fact, step] = hasArgument ? others : [undefined, ...others];
        const named = this.#texts.of(argument);
        // Certificates of a path may stand in either, which the message tells.
        const isBundle = fileOf(node).startsWith("certificates/");
        const prefix = !isBundle ? "" : `${hasArgument && named.length === 1 ? String(named[0]) : HOLE}: `;
        for (const one of this.#texts.of(code)) {
            const { severity = "error", fix = HOLE, fixKey = fix } = KINDS[one] ?? {};
            const usual = prefix === "key: " ? fixKey : fix;
            const steps = step === undefined ? [] : this.#texts.of(step).filter((text) => text !== HOLE);
            const all = new Set(steps.length === 0 || mayBeLeftOut(step) ? [...steps, usual] : steps);
            const facts = this.#saying(node, this.#texts.of(fact));
            for (const text of facts.flatMap((said) => [...all].map((last) => `${prefix}${said}; ${last} [${one}]`))) {
                this.messages.push({ kind: severity, text, file: fileOf(node) });
            }
        }
    }

    #add(node: ts.CallExpression | ts.NewExpression, { kind, at }: Maker): void {
        for (const text of this.#saying(node, this.#texts.of(node.arguments?.[at]))) {
            this.messages.push({ kind, text, file: fileOf(node) });
        }
    }

    /** What says something; a call of which nothing does passes on what another one has made. */
    #saying(node: ts.CallExpression | ts.NewExpression, texts: readonly string[]): readonly string[] {
        const saying = texts.filter((text) => /[A-Za-z]{2}/.test(text));
        if (saying.length === 0) {
            this.passing.push(`${fileOf(node)}: ${node.expression.getText()}`);
        }
        return saying;
    }
}

function requireKnown(name: string, node: ts.Node): void {
    if (!Object.hasOwn(ERRORS, name)) {
        throw new Error(`${place(node)}: messageCalls.ts does not know where the message of ${name} is`);
    }
}

/** Whether what is given may be nothing, so that the table's step is said. */
function mayBeLeftOut(step: ts.Expression | undefined): boolean {
    return step !== undefined && !ts.isStringLiteralLike(step) && !ts.isTemplateExpression(step);
}

function nameOf(callee: ts.Expression): string {
    const name = ts.isPropertyAccessExpression(callee) ? callee.name : callee;
    return ts.isIdentifier(name) || ts.isPrivateIdentifier(name) ? name.text.replace("#", "") : "";
}

export function fileOf(node: ts.Node): string {
    return node.getSourceFile().fileName;
}

function place(node: ts.Node): string {
    const { line } = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart());
    return `${fileOf(node)}:${String(line + 1)}`;
}
