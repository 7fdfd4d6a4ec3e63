// The agent's console.

import '../../style/base.css';
import '../../style/console.css';
import { Edge } from '../../signal/edge';
import { empty, shell } from '../../ui/shell';
import { claims, opened } from '../../ui/token';
import { Console } from './console';

const { token, given } = opened();
const { main, bar } = shell((words) => words.console.title);
const who = claims(token);

if (!token || !who) main.append(empty((words) => words.common.noToken, (words) => words.common.noTokenDetail));
else if (who.role !== 'agent' || !who.desk) main.append(empty((words) => words.console.noRoom, (words) => words.console.noRoomDetail));
else {
  const desk = { desk: who.desk, room: given.get('room') ?? who.sub, agent: who.sub };
  main.append(new Console(new Edge(location.origin, token), desk, bar).node);
}
