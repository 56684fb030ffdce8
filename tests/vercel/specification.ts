import Ajv, { type ErrorObject, type ValidateFunction } from "ajv";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

type Json = Readonly<Record<string, unknown>>;

export interface Exchange {
    readonly method: string;
    /** As sent, with the query. */
    readonly url: string;
    /** Known where a body was sent. */
    readonly contentType?: string | undefined;
    readonly requestBody: unknown;
    /** None where no true answer was given, so that only the request is judged. */
    readonly status?: number;
    readonly responseBody?: unknown;
}

interface OperationSpec {
    readonly name: string;
    readonly path: RegExp;
    readonly queries: ReadonlySet<string>;
    readonly statuses: ReadonlySet<number>;
    readonly request: ValidateFunction | undefined;
    readonly answer: ValidateFunction;
}

/** Documented for every endpoint on the page about limits, and so not repeated in the document of each. */
const GENERAL_STATUSES = [429];

/** The part of Vercel's official OpenAPI document that concerns client certificates, as a judge of exchanges. */
export class Specification {
    readonly #operations: ReadonlyMap<string, OperationSpec>;

    constructor(document: Json = readDocument()) {
        const ajv = new Ajv({ strict: false, allErrors: true });
        const paths = Object.entries(child(document, "paths")).filter(([path]) => path.includes("/client-cert"));
        const operations = paths.flatMap(([path, item]) =>
            Object.entries(item as Json).map(([method, spec]) => compile(ajv, path, method, spec as Json)),
        );
        this.#operations = new Map(operations.map((operation) => [operation.name, operation]));
        if (operations.length !== 3) {
            throw new Error(
                `expected three operations for client certificates in the document, got ${String(operations.length)}`,
            );
        }
    }

    /** What of an exchange does not fit the document; empty where all does. */
    violations({ method, url, contentType, requestBody, status, responseBody }: Exchange): readonly string[] {
        const { pathname, searchParams } = new URL(`http://fake-vercel${url}`);
        const operation = [...this.#operations.values()].find(
            ({ name, path }) => name.startsWith(`${method} `) && path.test(pathname),
        );
        if (operation === undefined) {
            return [`${method} ${pathname} is not in the document`];
        }
        const { name, queries, statuses, request, answer } = operation;
        const keys = [...searchParams.keys()];
        return [
            ...(isPercentEncoded(pathname) ? [] : [`${name}: a path parameter is not percent-encoded`]),
            ...keys
                .filter((key, index) => keys.indexOf(key) !== index)
                .map((key) => `${name}: query parameter ${key} is repeated`),
            ...keys.filter((key) => !queries.has(key)).map((key) => `${name}: unknown query parameter ${key}`),
            ...(status === undefined || statuses.has(status)
                ? []
                : [`${name}: status ${String(status)} is not documented`]),
            ...(contentType === undefined || isJson(contentType) ? [] : [`${name}: not sent as application/json`]),
            ...(request === undefined && requestBody !== undefined ? [`${name}: a body is not documented`] : []),
            ...(request === undefined ? [] : errorsOf(`${name} request`, request, requestBody)),
            ...(status === 200 ? errorsOf(`${name} answer`, answer, responseBody) : []),
        ];
    }

    /** Whether a body fits what the document says of an upload. */
    isUpload(body: unknown): boolean {
        return this.uploadProblem(body) === undefined;
    }

    /** In words like the API's, why a body is no upload; `undefined` where it is one. */
    uploadProblem(body: unknown): string | undefined {
        if (body === undefined) {
            return "Invalid JSON";
        }
        const validate = [...this.#operations.values()].find(({ request }) => request !== undefined)?.request;
        const valid = validate?.(body) ?? false;
        return valid ? undefined : `Invalid request: ${apiWording(validate?.errors?.[0])}.`;
    }
}

function apiWording(error: ErrorObject | undefined): string {
    const { missingProperty, additionalProperty, type } = (error?.params ?? {}) as Json;
    if (missingProperty !== undefined) {
        return `missing required property \`${String(missingProperty)}\``;
    }
    if (additionalProperty !== undefined) {
        return `should NOT have additional property \`${String(additionalProperty)}\``;
    }
    return `\`${error?.instancePath.slice(1) ?? ""}\` should be ${String(type)}`;
}

function isJson(contentType: string): boolean {
    return contentType.split(";")[0]?.trim().toLowerCase() === "application/json";
}

function isPercentEncoded(pathname: string): boolean {
    try {
        decodeURIComponent(pathname);
        return true;
    } catch {
        // Only a URIError comes from here.
        return false;
    }
}

function compile(ajv: Ajv, path: string, method: string, spec: Json): OperationSpec {
    const parameters = (spec["parameters"] ?? []) as readonly Json[];
    const schemaOf = (holder: Json): Json => child(child(child(holder, "content"), "application/json"), "schema");
    const pattern = path.replace(/\{\w+\}/g, "[^/]+");
    return {
        name: `${method.toUpperCase()} ${path}`,
        path: new RegExp(`^${pattern}$`),
        queries: new Set(
            parameters.filter((parameter) => parameter["in"] === "query").map((parameter) => String(parameter["name"])),
        ),
        statuses: new Set([...Object.keys(child(spec, "responses")).map(Number), ...GENERAL_STATUSES]),
        request: spec["requestBody"] === undefined ? undefined : ajv.compile(schemaOf(child(spec, "requestBody"))),
        answer: ajv.compile(schemaOf(child(child(spec, "responses"), "200"))),
    };
}

function errorsOf(what: string, validate: ValidateFunction, body: unknown): readonly string[] {
    return validate(body)
        ? []
        : (validate.errors ?? []).map(
              ({ instancePath, message }) => `${what}${instancePath}: ${message ?? "does not fit"}`,
          );
}

function child(holder: Json, name: string): Json {
    const value = holder[name];
    if (typeof value !== "object" || value === null) {
        throw new Error(`expected ${name} in the official document`);
    }
    return value as Json;
}

/** The document lies in the root of the official SDK, whose exports do not list it. */
function readDocument(): Json {
    let folder = dirname(require.resolve("@vercel/sdk"));
    while (!existsSync(join(folder, "vercel-spec.json"))) {
        const parent = dirname(folder);
        if (parent === folder) {
            throw new Error(
                "vercel-spec.json is not in @vercel/sdk: versions after 1.18.5 have dropped the client certificates",
            );
        }
        folder = parent;
    }
    return JSON.parse(readFileSync(join(folder, "vercel-spec.json"), "utf8")) as Json;
}
