import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as ts from "typescript";

const REPOSITORY = resolve(__dirname, "../../../..");
/** What the plugin hands to the engine, and SDKs are generated from. */
export const SCHEMA_FILE = join(REPOSITORY, "provider/plugin/schema.json");
/** Where arguments and outputs, and the types they name, are declared and described, once for every language. */
const DECLARATIONS = ["resource/projectClientCert.ts", "certificates/checks/expiries.ts"].map((file) =>
    join(REPOSITORY, "provider", file),
);

const PACKAGE = "vercel-client-cert";
const MODULE = `${PACKAGE}:index`;
const DYNAMIC_TYPE = "pulumi-nodejs:dynamic/vercel:ProjectClientCert";

type Schema = Readonly<Record<string, unknown>>;

const CONFIGURATION = {
    apiToken: {
        type: "string",
        secret: true,
        description:
            "The Vercel token. The environment variable `VERCEL_API_TOKEN` goes before it. Given here, it is stored in the state, encrypted.",
    },
    team: {
        type: "string",
        description: "The team of resources that name none: its id (`team_…`) or its slug. Not secret.",
    },
};

/** The package's schema, made of the doc comments of the arguments and outputs. */
export function pluginSchema(): Schema {
    return new SchemaOf(DECLARATIONS).build();
}

/** The schema as it is committed. */
export function pluginSchemaText(): string {
    return `${JSON.stringify(pluginSchema(), null, 4)}\n`;
}

interface Property {
    readonly name: string;
    readonly optional: boolean;
    readonly schema: Schema;
}

class SchemaOf {
    readonly #sources: readonly ts.SourceFile[];
    readonly #types: Record<string, Schema> = {};

    constructor(files: readonly string[]) {
        this.#sources = files.map((file) =>
            ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true),
        );
    }

    build(): Schema {
        const resource = this.#declared("ProjectClientCert");
        const inputs = this.#propertiesOf(this.#declared("ProjectClientCertArgs"), "");
        const outputs = this.#propertiesOf(resource, "");
        const description = descriptionOf(resource);
        return {
            name: PACKAGE,
            displayName: "Vercel client certificate",
            description: description.split("\n\n")[0],
            license: "Apache-2.0",
            keywords: ["vercel", "mtls", "client-certificate", "category/network", "kind/native"],
            config: { variables: CONFIGURATION },
            provider: {
                description: "Which token and team resources use that name none.",
                inputProperties: CONFIGURATION,
            },
            types: this.#types,
            resources: {
                [`${MODULE}:ProjectClientCert`]: {
                    description,
                    inputProperties: byName(inputs),
                    requiredInputs: required(inputs),
                    properties: byName(outputs),
                    required: required(outputs),
                    aliases: [{ type: DYNAMIC_TYPE }],
                },
            },
            language: {
                nodejs: { respectSchemaVersion: true },
                python: { respectSchemaVersion: true, pyproject: { enabled: true } },
                go: { respectSchemaVersion: true },
                csharp: { respectSchemaVersion: true },
            },
        };
    }

    #declared(name: string): ts.InterfaceDeclaration | ts.ClassDeclaration | ts.TypeAliasDeclaration {
        const found = this.#sources
            .flatMap(({ statements }) => [...statements])
            .find(
                (statement) =>
                    (ts.isInterfaceDeclaration(statement) ||
                        ts.isClassDeclaration(statement) ||
                        ts.isTypeAliasDeclaration(statement)) &&
                    statement.name?.text === name,
            );
        if (found === undefined) {
            throw new Error(`expected a declaration of ${name} in ${DECLARATIONS.join(", ")}`);
        }
        return found as ts.InterfaceDeclaration | ts.ClassDeclaration | ts.TypeAliasDeclaration;
    }

    #propertiesOf(of: ts.Node, owner: string): readonly Property[] {
        const properties: Property[] = [];
        of.forEachChild((member) => {
            const isProperty = ts.isPropertySignature(member) || ts.isPropertyDeclaration(member);
            if (isProperty && member.type !== undefined && !this.#isRuledOut(member.type)) {
                properties.push(this.#propertyOf(member, member.type, owner));
            }
        });
        return properties;
    }

    /** `name?: never` rules a property out: another alternative has it. */
    #isRuledOut(type: ts.TypeNode): boolean {
        return this.#alternativesOf(type).every(
            ({ kind }) => kind === ts.SyntaxKind.NeverKeyword || kind === ts.SyntaxKind.UndefinedKeyword,
        );
    }

    #propertyOf(member: ts.PropertySignature | ts.PropertyDeclaration, type: ts.TypeNode, owner: string): Property {
        const name = member.name.getText();
        const { schema, optional } = this.#typeOf(type, `${owner}${name.charAt(0).toUpperCase()}${name.slice(1)}`);
        const isSecret = /(^|\W)Secret( if [^.,]+)?[,.]/.test(descriptionOf(member)) && ts.isPropertySignature(member);
        return {
            name,
            optional: optional || member.questionToken !== undefined,
            schema: { ...schema, ...(isSecret ? { secret: true } : {}), description: descriptionOf(member) },
        };
    }

    /** @param name What an object type without a name is called. */
    #typeOf(type: ts.TypeNode, name: string): { readonly schema: Schema; readonly optional: boolean } {
        const alternatives = this.#alternativesOf(type);
        const isNothing = (one: ts.TypeNode): boolean => one.kind === ts.SyntaxKind.UndefinedKeyword;
        const objects = alternatives.filter(ts.isTypeLiteralNode);
        const plain = alternatives.filter((one) => !isNothing(one) && !ts.isTypeLiteralNode(one));
        const schemas = [
            ...distinct(plain.map((one) => this.#plainTypeOf(one, name))),
            ...(objects.length > 0 ? [this.#objectOf(objects, name)] : []),
        ];
        const [first = {}, ...others] = schemas;
        return { schema: others.length === 0 ? first : { oneOf: schemas }, optional: alternatives.some(isNothing) };
    }

    /** The alternatives of a union, through `Input`, `Output`, names of this file and parentheses. */
    #alternativesOf(type: ts.TypeNode): readonly ts.TypeNode[] {
        if (ts.isUnionTypeNode(type)) {
            return type.types.flatMap((one) => this.#alternativesOf(one));
        }
        if (ts.isParenthesizedTypeNode(type)) {
            return this.#alternativesOf(type.type);
        }
        if (ts.isTypeReferenceNode(type)) {
            const [argument] = type.typeArguments ?? [];
            if (argument !== undefined && /^pulumi\.(Input|Output)$/.test(type.typeName.getText())) {
                return this.#alternativesOf(argument);
            }
            const declared = this.#declared(type.typeName.getText());
            if (ts.isTypeAliasDeclaration(declared)) {
                return this.#alternativesOf(declared.type);
            }
        }
        return [type];
    }

    #plainTypeOf(type: ts.TypeNode, name: string): Schema {
        if (ts.isArrayTypeNode(type)) {
            return { type: "array", items: this.#typeOf(type.elementType, singular(name)).schema };
        }
        const words: Partial<Record<ts.SyntaxKind, string>> = {
            [ts.SyntaxKind.StringKeyword]: "string",
            [ts.SyntaxKind.NumberKeyword]: "number",
            [ts.SyntaxKind.BooleanKeyword]: "boolean",
        };
        const isWord = ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal);
        const word = isWord ? "string" : words[type.kind];
        if (word !== undefined) {
            return { type: word };
        }
        if (ts.isTypeReferenceNode(type)) {
            return this.#objectOf([this.#declared(type.typeName.getText())], name);
        }
        throw new Error(`expected a type that a schema can hold for ${name}, got ${type.getText()}`);
    }

    /** Alternatives become one object: a schema cannot say that exactly one of several properties is given. */
    #objectOf(alternatives: readonly ts.Node[], name: string): Schema {
        const properties = alternatives.flatMap((one) => this.#propertiesOf(one, name));
        const isOne = alternatives.length === 1;
        this.#types[`${MODULE}:${name}`] = {
            type: "object",
            description: isOne ? `An element of \`${name}\`.` : "Exactly one source; see the property.",
            properties: byName(properties),
            ...(isOne ? { required: required(properties) } : {}),
        };
        return { $ref: `#/types/${MODULE}:${name}` };
    }
}

function distinct(schemas: readonly Schema[]): readonly Schema[] {
    return [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
}

function singular(name: string): string {
    return name.replace(/ies$/, "y").replace(/s$/, "");
}

function byName(properties: readonly Property[]): Schema {
    return Object.fromEntries(properties.map(({ name, schema }) => [name, schema]));
}

function required(properties: readonly Property[]): readonly string[] {
    return properties.filter(({ optional }) => !optional).map(({ name }) => name);
}

/** A doc comment without its tags; links become the names that they lead to. */
function descriptionOf(node: ts.Node): string {
    const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
    const text = ts.getTextOfJSDocComment(comment?.comment) ?? "";
    // The plugin's configuration is its own; `vercel:` is another provider's there.
    return text
        .replaceAll("`vercel:", `\`${PACKAGE}:`)
        .replace(/\{@link\s+(?:\w+\.)?(\w+)\s*\}/g, "`$1`")
        .trim();
}

if (require.main === module) {
    writeFileSync(SCHEMA_FILE, pluginSchemaText());
}
