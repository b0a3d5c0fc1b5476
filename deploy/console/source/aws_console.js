/** A tab with the AWS console. `sentinel ui` signs a session in; a hosted page does not, and shows the command alone. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { hasAwsConsole, post } from "./api.js";
import { Press } from "./forms.js";

/** The tab is opened by the click itself, or browsers would keep it away. @param {{profile: string}} props */
export function AwsConsole({ profile }) {
  const [page, setPage] = useState("");
  if (!hasAwsConsole()) return null;
  const open = async () => {
    const tab = window.open("", "_blank");
    try {
      // A path of this server that redirects one fetch. The page gets neither credentials nor where it leads.
      const { page: path } = await post(`/ui/aws-console/${profile}`);
      if (!tab) return setPage(path);
      tab.opener = null;
      tab.location.replace(new URL(path, location.href).href);
    } catch (failure) {
      tab?.close();
      throw failure;
    }
  };
  return html`<${Press} title=${`Open the AWS console as ${profile}`} act=${open} />
    ${page && html`<p><a href=${page} target="_blank" rel="noopener noreferrer" onClick=${() => setPage("")}>Your browser opened no tab: open it here, once</a></p>`}`;
}
