// The consumers' portal: starts React in its page.
import "./style/tokens.css";
import "./style/base.css";
import "./style/parts.css";
