import { parse } from "yaml";

/** A step of a GitHub Actions workflow. */
export interface Step {
    readonly name?: string;
    readonly uses?: string;
    readonly run?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly with?: Readonly<Record<string, unknown>>;
}

export interface Job {
    readonly if?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly permissions?: Readonly<Record<string, string>>;
    readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
    readonly steps: readonly Step[];
}

export interface Workflow {
    readonly on: Readonly<Record<string, unknown>>;
    readonly permissions?: Readonly<Record<string, string>>;
    readonly env?: Readonly<Record<string, string>>;
    readonly jobs: Readonly<Record<string, Job>>;
}

/** What a repository on GitHub holds for its workflows. */
export interface Repository {
    readonly secrets: Readonly<Record<string, string>>;
    readonly vars: Readonly<Record<string, string>>;
}

export interface Command {
    readonly name: string;
    readonly script: string;
    readonly environment: Readonly<Record<string, string>>;
}

export function parseWorkflow(text: string): Workflow {
    return parse(text) as Workflow;
}

/** The shell commands of a job, each with the variables that the workflow, the job and the step give it. */
export function commandsOf(workflow: Workflow, jobName: string, repository: Repository): readonly Command[] {
    const job = workflow.jobs[jobName];
    if (job === undefined) {
        throw new Error(`the workflow has no job ${jobName}, only ${Object.keys(workflow.jobs).join(", ")}`);
    }
    return job.steps.flatMap(({ name = "", run: script, env }) => {
        const given = Object.entries({ ...workflow.env, ...job.env, ...env });
        const environment = Object.fromEntries(given.map(([key, value]) => [key, evaluate(value, repository)]));
        return script === undefined ? [] : [{ name, script, environment }];
    });
}

/** Only what the workflow of the example uses: `${{ secrets.NAME }}` and `${{ vars.NAME }}`. */
function evaluate(text: string, { secrets, vars }: Repository): string {
    return text.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => {
        const [, context, name = ""] = /^(secrets|vars)\.([A-Z_]+)$/.exec(expression) ?? [];
        const value = (context === "secrets" ? secrets : vars)[name];
        if (context === undefined || value === undefined) {
            throw new Error(`the repository of the test has no ${expression}`);
        }
        return value;
    });
}
