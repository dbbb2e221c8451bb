using System.CommandLine;

namespace Kiket.Api.Startup;

/// <summary><c>completion</c>: a script that lets a shell complete commands, options and their values.</summary>
internal static class CompletionCommand
{
    // Each asks the executable itself, by the directive [suggest] of System.CommandLine, so a script is never out of date.
    // Where it suggests nothing, they complete file names.
    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["bash"] = """
            _kiket() {
              local word=${COMP_WORDS[COMP_CWORD]}
              mapfile -t COMPREPLY < <(compgen -W "$("$1" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "$word")
            }
            complete -o default -F _kiket NAME
            """,
        ["zsh"] = """
            (( $+functions[compdef] )) || { autoload -U compinit && compinit }
            _kiket() { compadd -- "${(@f)$("$words[1]" "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}" || _files }
            compdef _kiket NAME
            """,
        ["fish"] = """
            function _kiket
              set -l line (commandline -cp)
              NAME "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null | string match -r '.+'
              or __fish_complete_path (commandline -ct)
            end
            complete -c NAME -f -a '(_kiket)'
            """,
    };

    public static Command Build()
    {
        var shell = new Argument<string>("shell") { Description = "The shell." };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var name = new Option<string>("--name")
        {
            Description = "What the executable is called in the shell.",
            DefaultValueFactory = _ => RootCommand.ExecutableName,
        };
        var command = new Command("completion", "Prints a script that completes commands in a shell.") { shell, name };
        command.SetAction(parsed =>
            Console.WriteLine(
                Scripts[parsed.GetRequiredValue(shell)].Replace("NAME", parsed.GetRequiredValue(name), StringComparison.Ordinal)
            )
        );
        return command;
    }
}
