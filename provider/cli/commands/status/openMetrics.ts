import { earliest } from "./storedCertificate";
import type { JudgedCertificate } from "./statusWarnings";
import type { StatusReport } from "./stackReport";

/** What each family of series says, by the end of its name. */
const FAMILIES = {
    expiration_timestamp_seconds: "When the certificate expires: the earliest end of its chain.",
    not_before_timestamp_seconds: "From when on the certificate is valid.",
    warning_timestamp_seconds: "From when on the expiry is warned of.",
    in_order: "Whether status finds nothing to warn of (1) or something (0).",
    stack_readable: "Whether the state of the stack could be read (1) or not (0); if not, its other series are absent.",
};

/**
 * The report as OpenMetrics 1.0 text. Prometheus' own text format, which the textfile collector of node_exporter reads,
 * takes it as well: the lines that only OpenMetrics knows are comments there.
 */
export function statusMetrics({ certificates, stacks }: StatusReport): string {
    const groups = new Map<string, JudgedCertificate[]>();
    for (const one of certificates) {
        const { stack, project, origin, name } = one;
        const labels = labelText({ stack, project, origin, name });
        const group = groups.get(labels) ?? [];
        group.push(one);
        groups.set(labels, group);
    }
    const ofStacks = stacks.map(({ name, problem }) => ({
        labels: labelText({ stack: name }),
        values: { stack_readable: problem?.code === "unreadable" ? 0 : 1 },
    }));
    const series = [...[...groups].map(([labels, group]) => ({ labels, values: worstOf(group) })), ...ofStacks];
    const families = Object.entries(FAMILIES).flatMap(([suffix, help]) => family(suffix, help, series));
    return [...families, "# EOF", ""].join("\n");
}

type Values = Readonly<Record<string, number | undefined>>;

function family(
    suffix: string,
    help: string,
    series: readonly { readonly labels: string; readonly values: Values }[],
): readonly string[] {
    const name = `vercel_client_cert_${suffix}`;
    return [
        `# TYPE ${name} gauge`,
        ...(suffix.endsWith("_seconds") ? [`# UNIT ${name} seconds`] : []),
        `# HELP ${name} ${help}`,
        ...series.flatMap(({ labels, values: { [suffix]: value } }) =>
            value === undefined ? [] : [`${name}{${labels}} ${String(value)}`],
        ),
    ];
}

/**
 * Twice the same labels would make the whole text invalid. A resource that waits for its deletion has the name of its
 * successor, and so may resources in different components; the worst of them is what counts.
 */
function worstOf(group: readonly JudgedCertificate[]): Values {
    const dated = group.filter(({ isPendingDeletion }) => !isPendingDeletion);
    const seconds = (dates: readonly (number | undefined)[], sign: 1 | -1 = 1): number | undefined => {
        const ms = earliest(dates.flatMap((date) => (date === undefined ? [] : sign * date)));
        return ms === undefined ? undefined : sign * Math.round(ms / 1000);
    };
    return {
        expiration_timestamp_seconds: seconds(dated.map(({ toMs }) => toMs)),
        // The latest.
        not_before_timestamp_seconds: seconds(
            dated.map(({ fromMs }) => fromMs),
            -1,
        ),
        warning_timestamp_seconds: seconds(dated.map(({ warnsFromMs }) => warnsFromMs)),
        in_order: group.every(({ warnings }) => warnings.length === 0) ? 1 : 0,
    };
}

function labelText(labels: Readonly<Record<string, string>>): string {
    return Object.entries(labels)
        .map(([name, value]) => `${name}="${escaped(value)}"`)
        .join(",");
}

function escaped(text: string): string {
    return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
