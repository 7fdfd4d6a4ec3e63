import '../../style/board.css';
import { shell } from '../../ui/shell';
shell((words) => words.board.title);
