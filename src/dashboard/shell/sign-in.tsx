// Where somebody without a session arrives: a token, or the identity provider.
import { useState, type FormEvent, type ReactNode } from "react";
import { FormField } from "../part/form-field.tsx";

export function SignIn({ onSignedIn }: { readonly onSignedIn: () => void }): ReactNode {
  const [token, setToken] = useState("");
  const [message, setMessage] = useState<string | null>(null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const answer = await fetch("/_selvage/login", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token: token.trim() }),
    }).catch(() => null);
    if (answer?.ok === true) {
      onSignedIn();
    } else {
      setMessage(answer === null ? "The mesh cannot be reached." : "That token is not known here, or it has expired.");
    }
  };
  const back = encodeURIComponent(window.location.pathname);
  return (
    <main className="door">
      <div className="card">
        <h1>Sign in to Selvage</h1>
        <form onSubmit={(event) => void submit(event)}>
          <FormField
            label="Operator token"
            type="password"
            value={token}
            onChange={setToken}
            required
            hint="Made with selvage token create. A local mesh writes its own into .selvage/admin-token."
          />
          {message === null ? null : <p role="alert">{message}</p>}
          <button type="submit" className="button main">
            Sign in
          </button>
        </form>
        <p>
          <a href={`/_selvage/login?return=${back}`}>Sign in with your identity provider</a>
        </p>
      </div>
    </main>
  );
}
