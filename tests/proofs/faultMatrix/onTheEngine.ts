import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { X509Certificate } from "node:crypto";
import type { ResourceState } from "../../support/stack";
import type { StackEnvironment } from "../../support/stackEnvironment";
import { ORIGIN } from "../../support/testEnvironment";
import type { FakeVercelOptions } from "../../vercel/fakeVercel";
import { Bench, POLICIES, BundlePool } from "./bench";
import { runScenario, type CellRecord } from "./matrix";
import { SCENARIOS } from "./scenarios";
import { FAULTS } from "./faultTable";

const POLICY = "new id, old one stays";
/** All at once, so that those who wait for a deadline wait together. */
const RUN = ["--continue-on-error", "--parallel", "256"];

/** A cell of the matrix as a resource of its own, with a team and a project of its own. */
interface EngineCell {
    readonly name: string;
    readonly project: string;
    readonly team: string;
    readonly record: CellRecord;
}

type Arguments = Readonly<Record<string, unknown>>;

/** A program on the real engine with one form of the provider. */
export interface Form<E extends StackEnvironment> {
    readonly start: (options: FakeVercelOptions) => Promise<E>;
    readonly declare: (env: E, resources: Readonly<Record<string, Arguments>>) => void;
}

/** The model of the engine decides thousands of cells; here the real one has to come to the same. */
export function describeEngineCells<E extends StackEnvironment>(title: string, form: Form<E>): void {
    describe(title, function () {
        this.timeout(25 * 60_000);

        let env: E;
        let bundlePool: BundlePool;
        const teams: string[] = [];
        before(async () => {
            bundlePool = await BundlePool.mint(2);
            env = await form.start(POLICIES[POLICY]);
        });
        after(async () => {
            await env.end();
        });

        for (const scenario of ["create", "rotate", "destroy"]) {
            it(`comes to the same outcomes as the model: ${scenario}`, async () => {
                const cells = await cellsOf(scenario);
                await arrange(scenario, cells);
                cells.forEach(({ project, record: { call, fault } }) => {
                    const kind = FAULTS.find(({ name }) => name === fault);
                    if (kind === undefined) {
                        throw new Error(`expected a fault of the table, got ${fault}`);
                    }
                    const { operation, sameBefore } = call;
                    env.fakeVercel.addFault({
                        ...kind.make(Date.now(), operation),
                        operation,
                        project,
                        skip: sameBefore,
                    });
                });
                await act(scenario);
                const afterFaults = await stored();
                const failed = cells.filter(({ name }) => hasFailed(scenario, afterFaults.get(name)));
                const expected = cells.filter(({ record: { outcome } }) => outcome === "failed");
                expect(describeCells(failed)).to.deep.equal(describeCells(expected));
                expect(env.fakeVercel.pendingFaults).to.equal(0);

                await act(scenario, false);
                const atTheEnd = await stored();
                const problems = cells.flatMap((cell) => problemOf(scenario, cell, atTheEnd.get(cell.name)));
                expect(problems).to.deep.equal([]);
                if (scenario !== "destroy") {
                    await env.project.run(["preview", "--expect-no-changes"]);
                    await env.project.destroy(["--parallel", "256"]);
                }
            });
        }

        async function cellsOf(scenario: string): Promise<readonly EngineCell[]> {
            const chosen = SCENARIOS.find(({ name }) => name === scenario);
            if (chosen === undefined) {
                throw new Error(`expected a scenario of the matrix, got ${scenario}`);
            }
            const bench = await Bench.start(POLICY, bundlePool);
            const records = await runScenario(bench, { ...chosen, deep: false }).finally(() => bench.fakeVercel.stop());
            // A listener that is closed between two calls would refuse those of all other cells as well.
            return records
                .filter(({ fault }) => FAULTS.some(({ name, refuses }) => name === fault && refuses !== true))
                .map((record, index) => {
                    const name = `${scenario}-${String(index)}`;
                    return { name, project: `site-${name}`, team: `team_${name}`, record };
                });
        }

        async function arrange(scenario: string, cells: readonly EngineCell[]): Promise<void> {
            const { fakeVercel, token } = env;
            cells.forEach(({ team, project }) => {
                fakeVercel.addTeam({ id: team, slug: `slug-${team}` });
                fakeVercel.addProject({ id: `prj_${project}`, name: project, team });
            });
            teams.push(...cells.map(({ team }) => team));
            fakeVercel.addToken(token, { teams });
            env.addKeys(bundlePool.leaves.map(({ keyPem }) => keyPem));
            declare(cells, 0);
            if (scenario !== "create") {
                await env.project.up(["--parallel", "256"]);
            }
            declare(cells, scenario === "rotate" ? 1 : 0);
        }

        let declared = 0;
        function declare(cells: readonly EngineCell[], leaf: number): void {
            declared = leaf;
            const { certPem, keyPem } = bundlePool.leaf(leaf);
            const ca = bundlePool.authority.certPem;
            const resources = Object.fromEntries(
                cells.map(({ name, project, team }) => [
                    name,
                    { project, team, origin: ORIGIN, cert: certPem, key: keyPem, ca },
                ]),
            );
            form.declare(env, resources);
        }

        async function act(scenario: string, expectFailure = true): Promise<void> {
            await env.project.run([scenario === "destroy" ? "destroy" : "up", "--yes", "--skip-preview", ...RUN], {
                expectFailure,
            });
        }

        async function stored(): Promise<ReadonlyMap<string, ResourceState>> {
            const { deployment } = await env.project.state();
            return new Map(deployment.resources.map((resource) => [resource.urn.split("::").at(-1) ?? "", resource]));
        }

        function declaredFingerprint(): string {
            return fingerprintOf(bundlePool.leaf(declared).certPem);
        }

        function hasFailed(scenario: string, resource: ResourceState | undefined): boolean {
            if (scenario === "destroy") {
                return resource !== undefined;
            }
            return resource === undefined || resource.outputs["certFingerprint"] !== declaredFingerprint();
        }

        function problemOf(
            scenario: string,
            { name, project }: EngineCell,
            resource: ResourceState | undefined,
        ): string[] {
            const entries = env.fakeVercel.certificates(project);
            if (scenario === "destroy") {
                return resource === undefined && entries.length === 0 ? [] : [`${name}: not gone`];
            }
            const [entry] = entries;
            const isAlone = entries.length === 1 && entry !== undefined && resource?.outputs["certId"] === entry.certId;
            const isDeclared =
                isAlone && !hasFailed(scenario, resource) && fingerprintOf(entry.cert) === declaredFingerprint();
            const { staleCertIds } = resource?.outputs ?? {};
            const isClean =
                Array.isArray(staleCertIds) && staleCertIds.length === 0 && resource?.initErrors === undefined;
            return isDeclared && isClean
                ? []
                : [`${name}: ${String(entries.length)} certificates, declared: ${String(isDeclared)}`];
        }
    });
}

function fingerprintOf(certPem: string): string {
    return new X509Certificate(certPem).fingerprint256.replaceAll(":", "").toLowerCase();
}

function describeCells(cells: readonly EngineCell[]): readonly string[] {
    return cells.map(({ record: { call, fault } }) => `${String(call.index + 1)} ${call.operation}: ${fault}`);
}
