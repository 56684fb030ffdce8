import { secondsOf, type Observations } from "./examination";

/** What is not documented about the API, answered for one account. */
export interface Answer {
    /** As docs/reference/api-unknowns.md has it. */
    readonly question: string;
    readonly answer: string;
    /** What the package does, the answer being so. */
    readonly behaviour: string;
}

type Said = readonly [answer: string, behaviour: string];
type Table<Key extends keyof Observations> = Readonly<Record<Extract<NonNullable<Observations[Key]>, string>, Said>>;

const SECOND_UPLOAD: Table<"secondUpload"> = {
    "keeps the id": ["replaces it, under the same id", "a rotation is one upload; nothing is deleted"],
    replaces: ["replaces it, under another id", "a rotation is one upload; the old id goes with it"],
    adds: ["adds to it", "a rotation deletes the old certificate once the new one is listed"],
};

const OTHER_AUTHORITY: Table<"otherAuthority"> = {
    refused: ["the issuer: the certificate of another authority is refused", "refuses it before the upload"],
    accepted: [
        "not checked: the certificate of another authority is accepted",
        "refuses it all the same; with skipValidation it warns",
    ],
};

const RESPELLING: Table<"respelling"> = {
    restored: ["yes", "compares origins in normal form, so that two spellings are one"],
    separate: [
        "no: two spellings are two origins",
        "compares origins in normal form: a change of spelling uploads nothing",
    ],
    joined: ["no, but two spellings are one origin", "compares origins in normal form, so that two spellings are one"],
    refused: [
        "it refuses another spelling",
        "sends the origin as it is declared: spell it in lower case, without a port",
    ],
};

function idOnRotation({ secondUpload, idOfContent }: Observations): Said | undefined {
    if (secondUpload === "keeps the id") {
        return ["no", "never deletes the id of the certificate that is in place"];
    }
    if (idOfContent === true) {
        return [
            "yes; the same certificate has the same id again",
            "deletes the old id where it is still listed; the way back has an id of earlier",
        ];
    }
    return secondUpload && ["yes", "deletes the old id where it is still listed"];
}

function soonest({ slowestMs }: Observations): Said | undefined {
    if (slowestMs === Number.POSITIVE_INFINITY) {
        return ["not in 30 seconds", "counts the write as not confirmed, and warns"];
    }
    return slowestMs === undefined
        ? undefined
        : [`after ${secondsOf(slowestMs)} at most`, "lists until it does, up to 30 seconds"];
}

function secondDeletionOf({ secondDeletion }: Observations): Said | undefined {
    if (secondDeletion === "accepted") {
        return ["it is accepted", "takes that for deleted"];
    }
    if (secondDeletion === "certificate-missing") {
        return ["the documented 404", "takes that for deleted where a listing agrees"];
    }
    return secondDeletion && [`another error (${secondDeletion})`, "fails, and keeps the id in the state"];
}

interface Row {
    readonly question: string;
    readonly of: (seen: Observations) => Said | undefined;
    /** Where the steps did not tell. */
    readonly otherwise: Said;
}

const ROWS: readonly Row[] = [
    {
        question: "Does a second upload for an origin replace the first, or add to it?",
        of: ({ secondUpload }) => secondUpload && SECOND_UPLOAD[secondUpload],
        otherwise: ["not known", "lists after the upload, and removes what is left of its own"],
    },
    {
        question: "Does `certId` change on rotation?",
        of: idOnRotation,
        otherwise: ["not known", "if it did, deletes the old one; if not, deletes nothing"],
    },
    {
        question: "Which `origin` comes back for a project-wide certificate?",
        of: ({ projectWideOrigin }) =>
            projectWideOrigin === undefined
                ? undefined
                : [
                      projectWideOrigin,
                      "finds its certificate by certId; takes any origin that is no https URL as project-wide",
                  ],
        otherwise: ["not asked: --project-wide asks", "finds its certificate by certId"],
    },
    {
        question: "Does Vercel normalise the origin?",
        of: ({ respelling }) => respelling && RESPELLING[respelling],
        otherwise: ["not known", "normalises both sides before comparing"],
    },
    {
        question: "Do running deployments see a new certificate at once?",
        of: () => undefined,
        otherwise: ["not asked: the API does not tell", "promises nothing; redeploy to be sure"],
    },
    {
        question: "Is `ca` the issuer of the client certificate, or what Vercel trusts at the origin?",
        of: ({ otherAuthority }) => otherAuthority && OTHER_AUTHORITY[otherAuthority],
        otherwise: [
            "not known",
            "takes it for the issuer; with skipValidation it warns of a chain that does not verify",
        ],
    },
    {
        question: "Is an upload applied that timed out?",
        of: () => undefined,
        otherwise: ["not asked: nothing times out on demand", "lists, and compares with the list from before"],
    },
    {
        question: "How soon does a listing show a write?",
        of: soonest,
        otherwise: ["not known", "lists until it does, up to 30 seconds"],
    },
    {
        question: "What does Vercel answer to the deletion of a certificate that is gone?",
        of: secondDeletionOf,
        otherwise: ["not known", "takes the documented 404 for deleted where a listing agrees"],
    },
    {
        question: "Does a listing come in pages?",
        of: ({ listing }) =>
            listing && [listing.includes("pagination") ? "yes" : "not that one can see", "reads every page there is"],
        otherwise: ["not known", "reads every page there is"],
    },
];

export function answersOf(seen: Observations): readonly Answer[] {
    return ROWS.map(({ question, of, otherwise }) => {
        const [answer, behaviour] = of(seen) ?? otherwise;
        return { question, answer, behaviour };
    });
}
