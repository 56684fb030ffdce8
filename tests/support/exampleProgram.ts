import * as pulumi from "@pulumi/pulumi";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ts from "typescript";
import { REPOSITORY } from "./stack";

/** A resource as the program of an example registers it, and its inputs with secrets in clear. */
export interface Registered {
    readonly name: string;
    readonly type: string;
    readonly inputs: Readonly<Record<string, unknown>>;
    readonly isSecret: (input: string) => boolean;
    readonly deletedWith: string;
}

export interface ExampleProgramOptions {
    /** The name of the folder in `examples`. */
    readonly example: string;
    readonly config: Readonly<Record<string, string>>;
    /** The outputs of a resource by its inputs: what its provider would answer. */
    readonly outputsOf: (type: string, name: string, inputs: Readonly<Record<string, unknown>>) => Promise<Outputs>;
}

export interface Outputs {
    readonly id: string;
    readonly state: Readonly<Record<string, unknown>>;
}
