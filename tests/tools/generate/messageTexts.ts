import ts from "typescript";

import { HOLE } from "../../support/messages";

/** What the parameters of a function stand for where it is called. */
type Given = ReadonlyMap<string, readonly string[]>;

const NOTHING_GIVEN: Given = new Map();
/** More alternatives of one message than anybody reads; then what varies is a hole. */
const MOST_ALTERNATIVES = 4;
/** Functions that call each other would never end. */
const DEEPEST = 6;

/** The texts that expressions of the sources may come to, without running them. */
export class MessageTexts {
    /** What has become a part of some text. */
    readonly used = new Set<ts.Node>();
    readonly #global = new Map<string, ts.Node | undefined>();
    readonly #opaque: ReadonlySet<string>;

    /** @param opaque Functions whose texts are looked at where they are called. */
    constructor(sources: readonly ts.SourceFile[], opaque: ReadonlySet<string>) {
        this.#opaque = opaque;
        for (const declared of sources.flatMap(({ statements }) => statements.flatMap(declarationsIn))) {
            const name = declared.name?.getText() ?? "";
            // Two of one name would have to be told apart by their imports.
            this.#global.set(name, this.#global.has(name) ? undefined : declared);
        }
    }

    /** Every alternative, with holes; a hole alone where nothing is known, and nothing for `undefined`. */
    of(node: ts.Node | undefined, given = NOTHING_GIVEN, depth = 0): readonly string[] {
        if (node === undefined || depth > DEEPEST) {
            return [HOLE];
        }
        const texts = (part: ts.Node): readonly string[] => this.of(part, given, depth + 1);
        if (ts.isStringLiteralLike(node)) {
            this.used.add(node);
            return [node.text];
        }
        if (ts.isTemplateExpression(node)) {
            this.used.add(node);
            const spans = node.templateSpans.map(({ expression, literal }) => [texts(expression), [literal.text]]);
            return joined([[node.head.text], ...spans.flat()]);
        }
        if (ts.isConditionalExpression(node)) {
            return [...texts(node.whenTrue), ...texts(node.whenFalse)];
        }
        if (ts.isBinaryExpression(node)) {
            return this.#ofBinary(node, texts);
        }
        if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) {
            return texts(node.expression);
        }
        if (ts.isIdentifier(node)) {
            return node.text === "undefined" ? [] : (given.get(node.text) ?? this.#ofName(node, depth));
        }
        return ts.isCallExpression(node) && ts.isIdentifier(node.expression)
            ? this.#ofCall(node, node.expression, texts, depth)
            : [HOLE];
    }

    #ofBinary(sum: ts.BinaryExpression, texts: (part: ts.Node) => readonly string[]): readonly string[] {
        const { left, right, operatorToken } = sum;
        const { PlusToken, QuestionQuestionToken, BarBarToken, AmpersandAmpersandToken } = ts.SyntaxKind;
        const is = (...kinds: readonly ts.SyntaxKind[]): boolean => kinds.includes(operatorToken.kind);
        if (is(PlusToken)) {
            this.used.add(sum);
            return joined([texts(left), texts(right)]);
        }
        if (is(QuestionQuestionToken, BarBarToken)) {
            return [...texts(left), ...texts(right)];
        }
        return is(AmpersandAmpersandToken) ? texts(right) : [HOLE];
    }

    #ofName(name: ts.Identifier, depth: number): readonly string[] {
        const declared = this.#declarationOf(name);
        const isText = declared !== undefined && ts.isVariableDeclaration(declared);
        return isText ? wordsOr(this.of(declared.initializer, NOTHING_GIVEN, depth + 1)) : [HOLE];
    }

    #ofCall(
        call: ts.CallExpression,
        name: ts.Identifier,
        texts: (part: ts.Node) => readonly string[],
        depth: number,
    ): readonly string[] {
        const called = functionOf(this.#declarationOf(name));
        if (called?.body === undefined || this.#opaque.has(name.text)) {
            return [HOLE];
        }
        const given = called.parameters.map(({ name: { kind }, name: parameter }, at) => {
            const argument = call.arguments[at];
            const isNamed = kind === ts.SyntaxKind.Identifier && argument !== undefined;
            return [parameter.getText(), isNamed ? texts(argument) : [HOLE]] as const;
        });
        return wordsOr(returnsOf(called.body).flatMap((value) => this.of(value, new Map(given), depth + 1)));
    }

    /** The nearest one above its use; else the only one of that name that a file has at its top. */
    #declarationOf(name: ts.Identifier): ts.Node | undefined {
        for (let scope: ts.Node = name.parent; scope !== scope.getSourceFile(); scope = scope.parent) {
            const parameters = ts.isFunctionLike(scope) ? scope.parameters : [];
            const own = ts.isBlock(scope) ? scope.statements.flatMap(declarationsIn) : [];
            const found = [...parameters, ...own].find((one) => namesIn(one).includes(name.text));
            if (found !== undefined) {
                return found;
            }
        }
        const own = name.getSourceFile().statements.flatMap(declarationsIn);
        return own.find((one) => one.name?.getText() === name.text) ?? this.#global.get(name.text);
    }
}

type Declaration = ts.VariableDeclaration | ts.FunctionDeclaration;

function declarationsIn(statement: ts.Statement): readonly Declaration[] {
    return ts.isVariableStatement(statement)
        ? statement.declarationList.declarations
        : ts.isFunctionDeclaration(statement)
          ? [statement]
          : [];
}

/** Also those that a pattern takes apart, of which nothing is known. */
function namesIn({ name }: Declaration | ts.ParameterDeclaration): readonly string[] {
    return name === undefined ? [] : ts.isIdentifier(name) ? [name.text] : (name.getText().match(/\w+/g) ?? []);
}

function functionOf(declared: ts.Node | undefined): ts.FunctionDeclaration | ts.ArrowFunction | undefined {
    const value = declared !== undefined && ts.isVariableDeclaration(declared) ? declared.initializer : declared;
    return value !== undefined && (ts.isFunctionDeclaration(value) || ts.isArrowFunction(value)) ? value : undefined;
}

function returnsOf(body: ts.Node): readonly ts.Node[] {
    if (!ts.isBlock(body)) {
        return [body];
    }
    const found: ts.Node[] = [];
    const visit = (node: ts.Node): void => {
        if (ts.isReturnStatement(node) && node.expression !== undefined) {
            found.push(node.expression);
        } else if (!ts.isFunctionLike(node)) {
            ts.forEachChild(node, visit);
        }
    };
    ts.forEachChild(body, visit);
    return found;
}

/** What is said in any case; where that may be anything, or too much, a hole. */
function wordsOr(texts: readonly string[]): readonly string[] {
    const said = [...new Set(texts.filter((text) => text !== ""))];
    return said.every((text) => /[A-Za-z]{2}/.test(text)) && said.length <= MOST_ALTERNATIVES ? said : [HOLE];
}

/** Every combination. What may be left out is there. */
function joined(parts: readonly (readonly string[])[]): readonly string[] {
    const combined = parts.reduce<readonly string[]>(
        (texts, alternatives) => {
            const said = alternatives.length === 1 ? alternatives : wordsOr(alternatives);
            const fit = said.length * texts.length <= MOST_ALTERNATIVES ? said : [HOLE];
            return fit.length === 0 ? texts : texts.flatMap((text) => fit.map((one) => text + one));
        },
        [""],
    );
    return combined.map((text) => text.replace(/…{2,}/g, HOLE));
}
