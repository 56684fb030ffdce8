import { join } from "node:path";
import ts from "typescript";
import { readText, REPOSITORY } from "./markdown";

/** A property as the source declares it. */
export interface Declared {
    readonly name: string;
    readonly isOptional: boolean;
    /** The alternatives of its type without `undefined` and Pulumi's wrapping, such as `string` or `{ file }`. */
    readonly types: readonly string[];
    /** Its doc comment, as one line. */
    readonly comment: string;
}

/** The declarations of a source file, read by the compiler's parser. */
export class Declarations {
    readonly #source: ts.SourceFile;

    constructor(path: string) {
        this.#source = ts.createSourceFile(join(REPOSITORY, path), readText(path), ts.ScriptTarget.ES2022, true);
    }

    /** The properties of an interface. */
    ofInterface(name: string): readonly Declared[] {
        const found = this.#source.statements.find(
            (node): node is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(node) && node.name.text === name,
        );
        return (found?.members.filter(ts.isPropertySignature) ?? []).map((member) => this.#declared(member));
    }

    /** The properties of a class that it only declares: where it is a resource, its outputs. */
    ofClass(name: string): readonly Declared[] {
        const found = this.#source.statements.find(
            (node): node is ts.ClassDeclaration => ts.isClassDeclaration(node) && node.name?.text === name,
        );
        return (found?.members.filter(ts.isPropertyDeclaration) ?? []).map((member) => this.#declared(member));
    }

    /** The names of the properties of what a function returns, where that is written as an object. */
    ofReturned(name: string): readonly string[] {
        const found = this.#source.statements.find(
            (node): node is ts.FunctionDeclaration => ts.isFunctionDeclaration(node) && node.name?.text === name,
        );
        const returned = found?.body?.statements.find(ts.isReturnStatement)?.expression;
        return returned === undefined ? [] : propertiesIn(returned);
    }

    #declared(member: ts.PropertySignature | ts.PropertyDeclaration): Declared {
        const comments = ts.getJSDocCommentsAndTags(member).map((node) => ts.getTextOfJSDocComment(node.comment) ?? "");
        return {
            name: member.name.getText(this.#source),
            isOptional: member.questionToken !== undefined,
            types: member.type === undefined ? [] : this.#alternatives(member.type),
            comment: comments.join(" ").replace(/\s+/g, " "),
        };
    }

    #alternatives(type: ts.TypeNode): readonly string[] {
        if (ts.isUnionTypeNode(type)) {
            return type.types.flatMap((one) => this.#alternatives(one));
        }
        if (type.kind === ts.SyntaxKind.UndefinedKeyword) {
            return [];
        }
        if (ts.isTypeLiteralNode(type)) {
            // What is `never` only keeps a property of another alternative out.
            const isNever = (member: ts.TypeElement): boolean =>
                ts.isPropertySignature(member) && member.type?.kind === ts.SyntaxKind.NeverKeyword;
            const members = type.members.filter((member) => !isNever(member));
            const names = members.map((member) => member.name?.getText(this.#source) ?? "?");
            return [`{ ${names.join(", ")} }`];
        }
        return ts.isTypeReferenceNode(type) ? this.#referred(type) : [type.getText(this.#source)];
    }

    /** Pulumi's wrapping is taken off, and a name of the same file stands for what it means. */
    #referred(type: ts.TypeReferenceNode): readonly string[] {
        const name = type.typeName.getText(this.#source);
        const [argument] = type.typeArguments ?? [];
        if (argument !== undefined && ["pulumi.Input", "pulumi.Output"].includes(name)) {
            return this.#alternatives(argument);
        }
        const alias = this.#source.statements.find(
            (node): node is ts.TypeAliasDeclaration => ts.isTypeAliasDeclaration(node) && node.name.text === name,
        );
        return alias === undefined ? [type.getText(this.#source)] : this.#alternatives(alias.type);
    }
}

/** Those of objects that are spread into it count as well. */
function propertiesIn(expression: ts.Expression): readonly string[] {
    return !ts.isObjectLiteralExpression(expression)
        ? []
        : expression.properties.flatMap((property) =>
              ts.isSpreadAssignment(property) ? propertiesIn(property.expression) : (property.name?.getText() ?? []),
          );
}
