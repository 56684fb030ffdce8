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
    const ofStacks = stacks.map(({ name, problem }) => ({
        labels: { stack: name },
        values: { stack_readable: problem?.code === "unreadable" ? 0 : 1 },
    }));
    const series = [...mergedSeries(certificates), ...ofStacks];
    const families = Object.entries(FAMILIES).flatMap(([suffix, help]) => family(suffix, help, series));
    return [...families, "# EOF", ""].join("\n");
}

interface Series {
    readonly labels: Readonly<Record<string, string>>;
    readonly values: Readonly<Record<string, number | undefined>>;
}

const UNIT = "seconds";

function family(suffix: string, help: string, series: readonly Series[]): readonly string[] {
    const name = `vercel_client_cert_${suffix}`;
    return [
        `# TYPE ${name} gauge`,
        ...(suffix.endsWith(`_${UNIT}`) ? [`# UNIT ${name} ${UNIT}`] : []),
        `# HELP ${name} ${help}`,
        ...series.flatMap(({ labels, values: { [suffix]: value } }) =>
            value === undefined ? [] : [`${name}{${labelText(labels)}} ${String(value)}`],
        ),
    ];
}

/**
 * Twice the same labels would make the whole text invalid. A resource that waits for its deletion has the name of its
 * successor, and so may resources in different components; the worst of them is what counts.
 */
function mergedSeries(certificates: readonly JudgedCertificate[]): readonly Series[] {
    const merged = new Map<string, Series>();
    for (const { stack, project, origin, name, ...one } of certificates) {
        const labels = { stack, project, origin, name };
        const dates = one.isPendingDeletion ? [] : [one.toMs, one.fromMs, one.warnsFromMs];
        const [expiration, notBefore, warning] = dates.map((ms) =>
            ms === undefined ? undefined : Math.round(ms / 1000),
        );
        const key = labelText(labels);
        const { values: earlier = {} } = merged.get(key) ?? {};
        const values = {
            expiration_timestamp_seconds: worst(Math.min, earlier["expiration_timestamp_seconds"], expiration),
            not_before_timestamp_seconds: worst(Math.max, earlier["not_before_timestamp_seconds"], notBefore),
            warning_timestamp_seconds: worst(Math.min, earlier["warning_timestamp_seconds"], warning),
            in_order: worst(Math.min, earlier["in_order"], one.warnings.length === 0 ? 1 : 0),
        };
        merged.set(key, { labels, values });
    }
    return [...merged.values()];
}

function worst(
    choose: (...values: readonly number[]) => number,
    ...values: readonly (number | undefined)[]
): number | undefined {
    const known = values.filter((value) => value !== undefined);
    return known.length === 0 ? undefined : choose(...known);
}

function labelText(labels: Series["labels"]): string {
    return Object.entries(labels)
        .map(([name, value]) => `${name}="${escaped(value)}"`)
        .join(",");
}

function escaped(text: string): string {
    return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
