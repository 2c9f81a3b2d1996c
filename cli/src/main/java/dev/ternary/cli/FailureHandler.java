package dev.ternary.cli;

import dev.ternary.cli.terminal.Terminal;
import dev.ternary.formats.FormatException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** One clear line for what a user can mend; the whole trace only for our own bugs. */
final class FailureHandler implements IExecutionExceptionHandler {

  private final Terminal terminal;

  FailureHandler(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine line, ParseResult parsed) {
    switch (e) {
      case FormatException bad -> terminal.error(bad.getMessage());
      case NoSuchFileException missing ->
          terminal.error(missing.getFile() + " " + reason(missing, "does not exist"));
      case AccessDeniedException denied ->
          terminal.error(denied.getFile() + " cannot be opened: permission denied");
      case FileSystemException file ->
          terminal.error(file.getFile() + " " + reason(file, file.getClass().getSimpleName()));
      case IOException io -> terminal.error(text(io));
      case IllegalArgumentException wrong -> terminal.error(text(wrong));
      case IllegalStateException state -> terminal.error(text(state));
      default -> {
        terminal.error("this is a bug in ternary; please report it with these lines");
        e.printStackTrace(new PrintWriter(line.getErr(), true));
      }
    }
    return line.getCommandSpec().exitCodeOnExecutionException();
  }

  private static String reason(FileSystemException e, String otherwise) {
    return Optional.ofNullable(e.getReason()).orElse(otherwise);
  }

  private static String text(Exception e) {
    return Optional.ofNullable(e.getMessage()).orElseGet(e::toString);
  }
}
