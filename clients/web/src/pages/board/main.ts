// The operators' board.

import '../../style/base.css';
import '../../style/board.css';
import { Edge } from '../../signal/edge';
import { empty, shell } from '../../ui/shell';
import { claims, opened } from '../../ui/token';
import { Board } from './board';

const { token, given } = opened();
const { main, bar } = shell((words) => words.board.title);
const who = claims(token);

if (!token || !who) main.append(empty((words) => words.common.noToken, (words) => words.common.noTokenDetail));
else if (who.role !== 'operator' && who.role !== 'supervisor') main.append(empty((words) => words.board.notAllowed, (words) => words.board.notAllowedDetail));
else {
  const supervised = who.role === 'supervisor' ? who.desk : undefined;
  const board = new Board(new Edge(location.origin, token), who.desk, given.get('desk') ?? who.desk, supervised);
  bar.append(board.status);
  main.append(board.node);
}
