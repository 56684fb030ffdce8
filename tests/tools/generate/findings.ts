import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { FINDING_GROUPS, type FindingKind } from "../../../provider/certificates/findingTable";
import { ARGUMENT_KINDS } from "../../../provider/operations/argumentTable";

/** The page that is generated from the table of findings. */
export const FINDINGS_PAGE = resolve(__dirname, "../../../../docs/reference/findings.md");

const HEAD = `# Findings

What the provider finds out about the arguments before it uploads anything. This page is generated from the tables in the
code: \`npm run generate:findings\`.

A message is one line: the argument, the fact, what to do, and the code in brackets. The codes stay the same from version
to version.

- An **error** stops the deployment in \`pulumi preview\`, and you see all errors at once. Those marked "waived" become
  warnings with \`skipValidation: true\`, because an origin may judge them differently.
- A **warning** or a **note** stands on the resource, in the preview and in \`up\`. Facts that show only with the
  private key, such as a repaired key or a missing root, stand on the stack, after \`project/origin\`.
- The provider judges only certificates that it would upload. About certificates in place it says only when they expire, as
  warnings, in every preview and \`up\`.

The **leaf** is the client's own certificate in \`cert\`. The **path** leads from the leaf, over its issuers, to a root in
\`ca\`. An origin with **partial-chain trust** trusts an intermediate as if it were a root.
`;

export function renderFindings(): string {
    const groups = Object.entries(FINDING_GROUPS).map(([title, kinds]) => renderGroup(title, kinds));
    return [HEAD, ...groups, renderArguments()].join("\n");
}

function renderArguments(): string {
    const rows = Object.entries(ARGUMENT_KINDS).map(
        ([code, { severity, meaning, fix }]) => `| \`${code}\` | ${severity} | ${meaning} | ${sentence(fix)} |`,
    );
    return ["## Arguments", "", "| code | severity | when | what to do |", "|---|---|---|---|", ...rows, ""].join("\n");
}

function renderGroup(title: string, kinds: Readonly<Record<string, FindingKind>>): string {
    const rows = Object.entries(kinds).map(([code, kind]) => renderRow(code, kind));
    return [`## ${title}`, "", "| code | severity | when | what to do |", "|---|---|---|---|", ...rows, ""].join("\n");
}

function renderRow(code: string, { severity, waivable, meaning, fix, fixKey }: FindingKind): string {
    const steps = fixKey === undefined ? sentence(fix) : `${sentence(fix)}<br>For \`key\`: ${sentence(fixKey)}`;
    return `| \`${code}\` | ${severity}${waivable ? ", waived" : ""} | ${meaning} | ${steps} |`;
}

function sentence(step: string): string {
    return `${step.charAt(0).toUpperCase()}${step.slice(1)}`.replaceAll("|", "\\|");
}

if (require.main === module) {
    writeFileSync(FINDINGS_PAGE, renderFindings());
}
