import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { filesBelow, REPOSITORY } from "./markdown";

/** Stands in a message for what only a run knows. */
export const HOLE = "…";

/** Every text that the sources of the package put together, with holes for what is not written there. */
export function messagesOfProvider(): readonly string[] {
    return filesBelow("provider")
        .filter((path) => path.endsWith(".ts"))
        .flatMap((path) => {
            const text = readFileSync(join(REPOSITORY, path), "utf8");
            return textsIn(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true));
        });
}

/** Whether a text with `…` for what varies is a part of a message. */
export function isPartOf(text: string, message: string): boolean {
    const parts = text.split(HOLE).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
    return new RegExp(parts.join("[^]*")).test(message);
}

function textsIn(node: ts.Node): readonly string[] {
    if (isText(node)) {
        return [textOf(node)];
    }
    const found: string[] = [];
    ts.forEachChild(node, (child) => {
        found.push(...textsIn(child));
    });
    return found;
}

function isText(node: ts.Node): node is ts.Expression {
    return (
        ts.isStringLiteral(node) ||
        ts.isNoSubstitutionTemplateLiteral(node) ||
        ts.isTemplateExpression(node) ||
        (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
    );
}

function textOf(node: ts.Expression): string {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
        return node.text;
    }
    if (ts.isTemplateExpression(node)) {
        return node.templateSpans.reduce((text, span) => `${text}${HOLE}${span.literal.text}`, node.head.text);
    }
    return ts.isBinaryExpression(node) ? `${textOf(node.left)}${textOf(node.right)}` : HOLE;
}
