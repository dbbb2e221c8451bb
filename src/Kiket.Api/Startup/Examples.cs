using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Kiket.Api.Startup;

/// <summary>What the help of each command shows below its options.</summary>
internal static class Examples
{
    /// <summary>By the path of the command, each without the name of the executable.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> ByCommand = new Dictionary<string, string[]>
    {
        ["serve"] = ["serve --Urls http://*:8080"],
        ["organization create"] = ["organization create \"Acme Legal\" --admin-email ada@acme.example"],
        ["organization list"] = ["organization list --json"],
        ["organization export"] = ["organization export acme-legal --to acme.ndjson --passphrase-file passphrase.txt"],
        ["organization import"] = ["organization import acme.ndjson --passphrase-file passphrase.txt"],
        ["user add"] = ["user add bob@acme.example --role project_manager --name \"Bob Builder\""],
        ["user list"] = ["user list --organization acme-legal"],
        ["user deactivate"] = ["user deactivate 7"],
        ["user reactivate"] = ["user reactivate 7"],
        ["token create"] = ["token create --user ada@acme.example --scopes issues:read,projects:read --expires-in 30d"],
        ["token list"] = ["token list --json"],
        ["token rotate"] = ["token rotate 12 --overlap 2h"],
        ["token revoke"] = ["token revoke 12"],
        ["webhook list"] = ["webhook list --json"],
        ["webhook pause"] = ["webhook pause 3 --for 12h"],
        ["webhook resume"] = ["webhook resume 3"],
        ["webhook replay"] = ["webhook replay --since 6h", "webhook replay --webhook 3 --event issue.created"],
        ["password-link"] = ["password-link ada@acme.example"],
        ["import"] = ["import examples/newsroom", "import /srv/packs --organization acme-legal --strict false"],
        ["demo"] = ["demo --organization acme-legal"],
        ["migrate"] = ["migrate"],
        ["audit verify"] = ["audit verify --organization acme-legal"],
        ["secrets rotate"] = ["secrets rotate", "secrets rotate --new-key"],
        ["backup"] = ["backup /backups/kiket-2026-11-29"],
        ["restore"] = ["restore /backups/kiket-2026-11-29"],
        ["config"] = ["config --json"],
        ["doctor"] = ["doctor"],
        ["health"] = ["health --url http://127.0.0.1:5080"],
        ["completion"] =
        [
            "completion bash >> ~/.bashrc",
            "completion zsh >> ~/.zshrc",
            // fish looks for the name of the command.
            $"completion fish > ~/.config/fish/completions/{RootCommand.ExecutableName}.fish",
        ],
    };

    /// <summary>Shows them in the help of every command.</summary>
    public static RootCommand WithExamples(this RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    /// <summary>Such as <c>token create</c>; empty for the root.</summary>
    public static string PathOf(Command command) =>
        command.Parents.OfType<Command>().SingleOrDefault() is { } parent ? $"{PathOf(parent)} {command.Name}".TrimStart() : "";

    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var result = help.Invoke(parseResult);
            if (!ByCommand.TryGetValue(PathOf(parseResult.CommandResult.Command), out var examples))
                return result;
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine(examples.Length == 1 ? "Example:" : "Examples:");
            foreach (var example in examples)
                output.WriteLine($"  {RootCommand.ExecutableName} {example}");
            return result;
        }
    }
}
