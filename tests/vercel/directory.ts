import { failure, type Answer } from "./answers";
import { CertificateStore, type StorePolicy } from "./store";

/** A token and the scopes that it may use besides the personal one. */
export interface Account {
    readonly token: string;
    /** Ids or slugs. */
    readonly teams: readonly string[];
    /** Ids of the only projects that the token is for; none for a token that is not scoped to projects. */
    readonly projects?: readonly string[];
}

export interface Team {
    readonly id: string;
    readonly slug: string;
}

export interface Project {
    readonly id: string;
    name: string;
    /** The id of the team that owns it; none for a personal project. */
    readonly team: string | undefined;
    readonly store: CertificateStore;
    transferring: boolean;
}

/** On whose behalf a call is made. */
export interface Scope {
    readonly account: Account;
    /** Whose limits and projects these are: the id of a team, or the person. */
    readonly owner: string;
}

const PERSON = "personal";

/** Who there is, who owns what, and who may use which scope. */
export class Directory {
    readonly #policy: StorePolicy;
    readonly #teams: Team[] = [];
    readonly #accounts = new Map<string, Account>();
    readonly #projects: Project[] = [];

    readonly #now: () => number;

    constructor(policy: StorePolicy, now: () => number) {
        this.#policy = policy;
        this.#now = now;
    }

    addTeam(team: Team): void {
        this.#teams.push(team);
    }

    addAccount(account: Account): void {
        this.#accounts.set(account.token, account);
    }

    addProject({ id, name, team }: { readonly id: string; readonly name: string; readonly team?: string }): void {
        this.#projects.push({
            id,
            name,
            team,
            transferring: false,
            store: new CertificateStore(this.#policy, this.#now),
        });
    }

    /** For the test that drives the fake Vercel API: whoever owns the project. */
    project(idOrName: string): Project {
        const project = this.#projects.find(({ id, name }) => id === idOrName || name === idOrName);
        if (project === undefined) {
            throw new Error(`the fake Vercel API has no project ${idOrName}`);
        }
        return project;
    }

    /** The scope that a call asks for, or why the token does not get that far. */
    scopeOf(token: string | undefined, query: URLSearchParams): Scope | Answer {
        if (token === undefined) {
            return failure(403, "forbidden", "The request is missing an authentication token", { missingToken: true });
        }
        const account = this.#accounts.get(token);
        if (account === undefined) {
            return failure(403, "forbidden", "Not authorized", { invalidToken: true });
        }
        const wanted = query.get("teamId") ?? query.get("slug");
        if (wanted === null) {
            return { account, owner: PERSON };
        }
        const team = this.#teams.find(({ id, slug }) => (query.has("teamId") ? id : slug) === wanted);
        const allowed = team !== undefined && [team.id, team.slug].some((name) => account.teams.includes(name));
        return allowed ? { account, owner: team.id } : wrongScope(wanted, team);
    }

    /** The project of a scope, or why there is none for this token. */
    projectIn({ account, owner }: Scope, idOrName: string): Project | Answer {
        const project = this.#projects.find(
            ({ id, name, team }) => (team ?? PERSON) === owner && (id === idOrName || name === idOrName),
        );
        if (account.projects !== undefined && (project === undefined || !account.projects.includes(project.id))) {
            const message = "You don't have permission to access this resource.";
            return failure(403, "forbidden", message, { action: "read", resource: "project" });
        }
        return project ?? failure(404, "not_found", "Project not found.");
    }
}

function wrongScope(wanted: string, team: Team | undefined): Answer {
    const message = `Not authorized: Trying to access resource under scope "${wanted}". You must re-authenticate to this scope or use a token with access to this scope.`;
    return failure(403, "forbidden", message, { saml: false, teamId: team?.id ?? null, scope: team?.slug ?? wanted });
}
