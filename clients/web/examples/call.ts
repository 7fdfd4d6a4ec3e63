// A customer's whole call: `call.html#token=JWT&desk=front`, served from the edge's own origin.
import { CustomerCall, Edge, LocalMedia } from '../src';

const given = new URLSearchParams(location.hash.slice(1));
history.replaceState(null, '', location.pathname);
const edge = new Edge(location.origin, given.get('token') ?? '');
const find = (id: string) => document.getElementById(id) as HTMLElement;
const tell = (text: string) => (find('state').textContent = text);

async function begin(): Promise<void> {
  const local = await LocalMedia.open();
  (find('own') as HTMLVideoElement).srcObject = local.preview;
  const call = await CustomerCall.create({ desk: given.get('desk') ?? 'front' }, { edge, local, store: sessionStorage });
  find('other').append(call.player.element);
  call.on('position', ({ position }) => tell(`第 ${position} 位 · number ${position} in line`));
  call.on('entry', ({ entry }) => {
    if (entry.kind === 'call.accept') tell(`已接通 · ${entry.callee} answers`);
    if (entry.kind === 'text') find('log').append(`${entry.from}: ${entry.text}\n`);
  });
  call.on('over', (error) => {
    tell(error?.message ?? '已结束 · over');
    local.close();
  });
  find('end').onclick = () => void call.hangUp();
  call.open();
}

find('begin').onclick = () => {
  begin().catch((error: Error) => tell(error.message));
};
