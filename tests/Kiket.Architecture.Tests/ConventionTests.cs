using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using MediatR;

namespace Kiket.Architecture.Tests;

/// <summary>Names and shapes that the house style requires (sections 4, 5 and 8).</summary>
public sealed partial class ConventionTests
{
    private static readonly string[] Forbidden =
    [
        "Manager",
        "Managers",
        "Helper",
        "Helpers",
        "Util",
        "Utils",
        "Utility",
        "Utilities",
        "Base",
        "Impl",
    ];

    /// <summary>
    /// Facts that an event has stored as texts, and a caller's input, which may also be the name of a transition.
    /// </summary>
    private static readonly HashSet<(string File, string Name)> Texts =
    [
        ("PublicFact.cs", "From"),
        ("PublicFact.cs", "To"),
        ("Automation.cs", "from"),
        ("Automation.cs", "to"),
        ("IssueEvent.cs", "From"),
        ("IssueEvent.cs", "To"),
        ("IssueEdit.cs", "IssueType"),
        ("WorkflowDefinition.cs", "target"),
        ("IssueMoves.cs", "target"),
        ("TransitionIssue.cs", "To"),
        ("TriggerWorkflow.cs", "To"),
    ];

    private static readonly string[] TypedIds =
    [
        "OrganizationId",
        "UserId",
        "ActorId",
        "AssigneeId",
        "ReporterId",
        "AuthorId",
        "LeadId",
        "ServiceUserId",
        "ProjectId",
        "IssueId",
        "ParentId",
        "RootId",
        "ExtensionId",
    ];

    private static IEnumerable<Type> Requests =>
        TypesOf(Sources.Application).Where(t => t.IsAssignableTo(typeof(IBaseRequest)) && !t.IsInterface);

    private static IEnumerable<Type> Handlers => TypesOf(Sources.Application).Where(t => !t.IsInterface && HandledBy(t).Any());

    [Fact]
    public void Handlers_are_internal_and_sealed() => Assert.DoesNotContain(Handlers, t => t.IsPublic || !t.IsSealed);

    [Fact]
    public void Each_command_and_query_has_exactly_one_handler()
    {
        var handled = Handlers.SelectMany(HandledBy).ToLookup(request => request);

        Assert.NotEmpty(Requests);
        Assert.Empty(
            Requests
                .Where(request => handled[request].Count() != 1)
                .Select(request => $"{request.Name}: {handled[request].Count()}")
        );
    }

    [Fact]
    public void What_is_called_an_id_of_one_kind_has_the_type_of_that_kind()
    {
        const BindingFlags any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;
        Assembly[] assemblies = [Sources.Domain, Sources.Application, Sources.Infrastructure];
        var types = assemblies.SelectMany(TypesOf).Where(t => t.Namespace?.Contains("Migrations") != true).ToList();
        var members = types
            .SelectMany(t => t.GetProperties(any).Select(p => (Owner: t.Name, Name: p.Name, Type: p.PropertyType)))
            .Concat(
                types.SelectMany(t =>
                    t.GetMethods(any)
                        .Concat<MethodBase>(t.GetConstructors(any))
                        .SelectMany(m => m.GetParameters())
                        .Select(p => (Owner: t.Name, Name: p.Name ?? "", Type: p.ParameterType))
                )
            )
            .Where(m => TypedIds.Contains(m.Name, StringComparer.OrdinalIgnoreCase))
            .ToList();

        Assert.Contains(members, m => m is { Owner: "Issue", Name: "ProjectId" });
        Assert.Empty(
            members
                .Where(m => (Nullable.GetUnderlyingType(m.Type) ?? m.Type) == typeof(long))
                .Select(m => $"{m.Owner}: {m.Name} is a plain number.")
                .Distinct()
        );
    }

    [Fact]
    public void What_is_documented_as_the_key_of_a_state_or_a_type_has_the_type_of_that_key()
    {
        var keys = Sources
            .Files("src/Kiket.Domain")
            .Concat(Sources.Files("src/Kiket.Application"))
            .SelectMany(file =>
                KeysIn(File.ReadAllText(file)).Select(key => (Path.GetFileName(file), key.Name, key.Line, key.Kind))
            )
            .Where(key => key.Name != "" && !Texts.Contains((key.Item1, key.Name))) // the keys themselves have no name
            .ToList();

        Assert.Contains(keys, key => key is { Item1: "Issue.cs", Name: "Status" });
        Assert.Contains(keys, key => key is { Item1: "WorkflowDefinition.cs", Name: "from" });
        Assert.All(keys, key => Assert.Matches($@"\b{key.Kind}\?? {key.Name}\b", key.Line));
    }

    /// <summary>The members and parameters that comments call the key of a state or a type, each with what declares it.</summary>
    private static IEnumerable<(string Name, string Line, string Kind)> KeysIn(string source)
    {
        foreach (Match match in DocumentedKey().Matches(source))
        {
            var declaration = HeadOf(source[(match.Index + match.Length)..].Split('\n').Skip(1));
            var name = match.Groups["name"] is { Success: true } parameter
                ? parameter.Value
                : Regex.Match(declaration, @"(\w+) *({|=|;|$)").Groups[1].Value;
            yield return (name, declaration, match.Groups["kind"].Value is "state" ? "StateKey" : "TypeKey");
        }
    }

    /// <summary>The head of the declaration that a comment belongs to, with all parameters.</summary>
    private static string HeadOf(IEnumerable<string> lines)
    {
        var head = "";
        foreach (
            var line in lines.Select(l => l.Trim()).SkipWhile(l => l.StartsWith("///", StringComparison.Ordinal) || l[0] is '[')
        )
        {
            head += line + " ";
            if (head.Count(c => c is '(') <= head.Count(c => c is ')'))
                break;
        }

        return head;
    }

    [Fact]
    public void A_request_is_a_command_or_a_query_by_name_and_by_marker() =>
        Assert.Empty(
            Requests
                .Where(request => MarkerOf(request) is not { } marker || !request.Name.EndsWith(marker, StringComparison.Ordinal))
                .Select(request => request.Name)
        );

    [Fact]
    public void A_request_lives_in_the_file_of_its_use_case_together_with_its_handler()
    {
        var files = Sources
            .Files("src/Kiket.Application")
            .ToDictionary(file => Path.GetFileNameWithoutExtension(file), File.ReadAllText);

        Assert.Empty(
            Requests
                .Where(request =>
                    !files.TryGetValue(UseCaseOf(request), out var text)
                    || !Regex.IsMatch(text, $@"\brecord {request.Name}\b")
                    || !text.Contains($"class {UseCaseOf(request)}Handler(", StringComparison.Ordinal)
                )
                .Select(request => request.Name)
        );
    }

    [Fact]
    public void A_mapping_a_job_a_worker_and_an_interceptor_stand_in_a_file_of_their_name_in_the_folder_of_their_namespace()
    {
        var root = Path.Combine(Sources.Root, "src", "Kiket.Infrastructure");
        var types = TypesOf(Sources.Infrastructure).Where(t => Named().IsMatch(t.Name)).ToList();

        Assert.NotEmpty(types);
        Assert.Empty(
            types
                .Where(t => !File.Exists(Path.Combine(root, t.Namespace!.Split('.')[^1], $"{t.Name}.cs")))
                .Select(t => t.FullName)
        );
    }

    [Fact]
    public void Each_folder_of_the_domain_has_tests_of_its_own()
    {
        var tests = Path.Combine(Sources.Root, "tests", "Kiket.Domain.Tests");
        var folders = Sources
            .Files("src/Kiket.Domain")
            .Select(file => Path.GetFileName(Path.GetDirectoryName(file))!)
            .Where(folder => folder != "Kiket.Domain")
            .Distinct();

        Assert.All(
            folders,
            folder =>
                Assert.Contains(
                    Directory.EnumerateFiles(Path.Combine(tests, folder), "*.cs"),
                    file => File.ReadAllText(file).Contains("[Fact]", StringComparison.Ordinal)
                )
        );
    }

    /// <summary>CSharpier leaves long comments and strings as they are.</summary>
    [Fact]
    public void No_line_of_code_has_more_than_130_columns() =>
        Assert.Empty(
            from folder in (string[])["src", "tests", "bench", "samples"]
            from file in Sources.Files(folder)
            from line in File.ReadLines(file).Select((text, index) => (Text: text, Number: index + 1))
            where line.Text.Length > 130
            select $"{Path.GetRelativePath(Sources.Root, file)}:{line.Number}"
        );

    /// <summary>Claims of rows belong to persistence (<c>Claims</c>).</summary>
    [Fact]
    public void No_aggregate_knows_the_claims_of_workers() =>
        Assert.Empty(
            TypesOf(Sources.Domain)
                .SelectMany(t => t.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
                .Where(p => Claim().IsMatch(p.Name))
                .Select(p => $"{p.DeclaringType!.Name}.{p.Name}")
        );

    [Theory]
    [InlineData("ClaimId", true)]
    [InlineData("ClaimedUntil", true)]
    [InlineData("DrainedUntil", true)]
    [InlineData("QueuedUntil", true)]
    [InlineData("LeasedUntil", true)]
    [InlineData("PausedUntil", false)]
    [InlineData("ReleasedAt", false)]
    public void A_claim_is_judged_by_its_name(string name, bool isClaim) => Assert.Equal(isClaim, Claim().IsMatch(name));

    [Fact]
    public void No_type_has_a_name_that_says_nothing() =>
        Assert.Empty(Sources.Assemblies.SelectMany(TypesOf).Where(type => SaysNothing(type.Name)).Select(type => type.FullName));

    [Theory]
    [InlineData("IssueManager", true)]
    [InlineData("JsonHelpers", true)]
    [InlineData("BaseEntity", true)]
    [InlineData("ClockImpl", true)]
    [InlineData("Service", true)]
    [InlineData("DatabaseSetup", false)]
    [InlineData("BasedOn", false)]
    [InlineData("ManagedService", false)]
    public void A_name_is_judged_by_its_words(string name, bool saysNothing) => Assert.Equal(saysNothing, SaysNothing(name));

    /// <summary>Deleted issues are hidden by a filter of their own, which may be named.</summary>
    [Fact]
    public void Only_the_context_bypasses_the_tenant_filter() =>
        Assert.Empty(
            Sources
                .Files("src")
                .Where(file => Path.GetFileName(file) is not "KiketDbContext.cs")
                .SelectMany(file =>
                    File.ReadLines(file)
                        .Where(line => Unfiltered().IsMatch(line))
                        .Select(line => $"{Path.GetFileName(file)}: {line.Trim()}")
                )
        );

    [Theory]
    [InlineData("db.Users.IgnoreQueryFilters()", true)]
    [InlineData("db.Users.IgnoreQueryFilters([KiketDbContext.TenantFilter])", true)]
    [InlineData("db.Issues.IgnoreQueryFilters([IKiketDb.NotDeletedFilter])", false)]
    [InlineData("db.Issues.IgnoreQueryFilters(new[] { IKiketDb.NotDeletedFilter })", false)]
    public void A_bypass_of_the_tenant_filter_is_found(string text, bool isSeen) =>
        Assert.Equal(isSeen, Unfiltered().IsMatch(text));

    [Fact]
    public void Nobody_looks_at_a_clock_but_through_the_time_provider()
    {
        var looks = Sources
            .Files("src")
            .SelectMany(file =>
                File.ReadLines(file)
                    .Where(line => Clock().IsMatch(line))
                    .Select(line => $"{Path.GetFileName(file)}: {line.Trim()}")
            );

        Assert.Empty(looks);
        Assert.Matches(Clock(), "var now = DateTimeOffset.UtcNow;");
        Assert.Matches(Clock(), "var now = DateTime.Now.AddDays(1);");
    }

    private static bool SaysNothing(string name)
    {
        var words = Word().Matches(name.Split('`')[0]).Select(m => m.Value).ToList();
        return words.Any(Forbidden.Contains) || words is ["Service"] or ["Services"] or ["I", "Service"];
    }

    private static IEnumerable<Type> TypesOf(Assembly assembly) =>
        assembly.GetTypes().Where(t => !t.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) && !t.Name.Contains('<'));

    private static IEnumerable<Type> HandledBy(Type handler) =>
        handler
            .GetInterfaces()
            .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequestHandler<,>))
            .Select(i => i.GetGenericArguments()[0]);

    private static string? MarkerOf(Type request) =>
        request
            .GetInterfaces()
            .Select(i => i.Name.Split('`')[0])
            .Select(name =>
                name switch
                {
                    "ICommand" or "IExternalCommand" => "Command",
                    "IQuery" => "Query",
                    _ => null,
                }
            )
            .OfType<string>()
            .SingleOrDefault();

    private static string UseCaseOf(Type request) => Suffix().Replace(request.Name, "");

    [GeneratedRegex(
        @"/// <(summary|param name=""(?<name>\w+)"")>\s*(/// )?Keys? of (the|a|an|its) ([a-z]+ )?(?<kind>state|type)\b"
    )]
    private static partial Regex DocumentedKey();

    [GeneratedRegex("^(Claim|Claimed|Lease|Leased|Drained|Queued)(Id|Until|By)$")]
    private static partial Regex Claim();

    [GeneratedRegex("(Configuration|Job|Worker|Interceptor)$")]
    private static partial Regex Named();

    [GeneratedRegex(@"\.IgnoreQueryFilters\((?!\[IKiketDb\.NotDeletedFilter\]|new\[\] \{ IKiketDb\.NotDeletedFilter \})")]
    private static partial Regex Unfiltered();

    [GeneratedRegex("(Command|Query)$")]
    private static partial Regex Suffix();

    [GeneratedRegex("[A-Z][a-z0-9]*")]
    private static partial Regex Word();

    [GeneratedRegex(@"\b(DateTime|DateTimeOffset)\.(Now|UtcNow|Today)\b")]
    private static partial Regex Clock();
}
