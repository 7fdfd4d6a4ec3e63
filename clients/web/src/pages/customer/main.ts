// The customer's page: choose a desk, try the devices, wait, talk, rate.

import '../../style/base.css';
import '../../style/customer.css';
import { CustomerCall } from '../../call/customer-call';
import { Edge } from '../../signal/edge';
import { openDevices } from '../../ui/devices';
import { empty, shell } from '../../ui/shell';
import { toast } from '../../ui/toast';
import { opened } from '../../ui/token';
import { CallView } from './call-view';
import { CheckView } from './check-view';
import { DesksView } from './desks-view';
import { OverView } from './over-view';
import type { App, Titled } from './view';

const { token, given } = opened();
const { main } = shell((words) => words.customer.title);

if (!token) main.append(empty((words) => words.common.noToken, (words) => words.common.noTokenDetail));
else start(new Edge(location.origin, token), main, given.get('desk') ?? undefined);

function start(edge: Edge, place: HTMLElement, wanted: string | undefined): void {
  const show = (view: { node: HTMLElement }) => {
    place.replaceChildren(view.node);
    const heading = view.node.querySelector<HTMLElement>('h2');
    heading?.setAttribute('tabindex', '-1');
    heading?.focus();
  };
  const app: App = {
    edge,
    desks: () => show(new DesksView(app)),
    check: (desk) => show(new CheckView(app, desk)),
    call: (call, local, desk) => show(new CallView(app, call, local, desk)),
    over: (call, desk, error) => show(new OverView(app, call, desk, error)),
  };
  const known = CustomerCall.known(sessionStorage);
  if (known) void resume(app, known);
  else if (wanted) void direct(app, wanted);
  else app.desks();
}

/** The page was reloaded in mid-call. */
async function resume(app: App, known: { call: string; desk: string }): Promise<void> {
  const local = await openDevices().catch(() => undefined);
  const call = new CustomerCall(known, { edge: app.edge, store: sessionStorage, ...(local && { local }) });
  toast((words) => words.customer.resumed);
  app.call(call, local, await titled(app, known.desk));
}

/** The link names the desk. */
async function direct(app: App, desk: string): Promise<void> {
  app.check(await titled(app, desk));
}

async function titled(app: App, desk: string): Promise<Titled> {
  const list = await app.edge.desks().catch(() => []);
  return list.find((one) => one.desk === desk) ?? { desk };
}
