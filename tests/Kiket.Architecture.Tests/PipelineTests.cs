using System.Reflection;
using System.Text.RegularExpressions;
using Kiket.Application.Issues;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Infrastructure;
using Kiket.Infrastructure.Persistence;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Architecture.Tests;

/// <summary>Handlers decide, the pipeline keeps (house style, section 12).</summary>
public sealed partial class PipelineTests
{
    [Fact]
    public void No_use_case_saves_commits_or_forgets()
    {
        var saves = Sources
            .Files("src/Kiket.Application")
            .SelectMany(file =>
                File.ReadLines(file)
                    .Where(line => Keeping().IsMatch(line))
                    .Select(line => $"{Path.GetFileName(file)}: {line.Trim()}")
            );

        Assert.Empty(saves);
        Assert.Matches(Keeping(), "await db.SaveChangesAsync(ct);");
        Assert.Matches(Keeping(), "return await db.InTransactionAsync(() => work(), ct);");
        Assert.Matches(Keeping(), "db.Forget();");
        Assert.DoesNotMatch(Keeping(), "await work.FlushAsync(ct);");
    }

    /// <summary>
    /// The other writers that save raise no events: anchors, cursors, counts, keys, deliveries, the service user, and the upgrade
    /// of old rows.
    /// </summary>
    [Fact]
    public void Only_the_unit_of_work_saves_what_raises_events() =>
        Assert.Equal(
            [
                "AuditAnchorJob",
                "EventCursors",
                "IdempotencyStore",
                "IssueCountSums",
                "ServiceUser",
                "SigningKeys",
                "TextUpgrade",
                "UnitOfWork",
                "WebhookDrain",
                "WebhookFanOut",
            ],
            Sources
                .Files("src")
                .Where(file => File.ReadAllText(file).Contains(".SaveChangesAsync(", StringComparison.Ordinal))
                .Select(Path.GetFileNameWithoutExtension)
                .Order(StringComparer.Ordinal)
        );

    [Fact]
    public void The_context_holds_nothing_but_whose_rows_are_visible() =>
        Assert.Equal(
            [typeof(CurrentActor)],
            typeof(KiketDbContext)
                .GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly)
                .Select(f => f.FieldType)
        );

    [Fact]
    public void A_command_passes_validation_its_key_preparation_and_the_unit_of_work_in_this_order() =>
        Assert.Equal(
            ["ValidationBehavior", "IdempotencyBehavior", "PreparationBehavior", "UnitOfWorkBehavior"],
            BehaviorsOf<TransitionIssueCommand, Result<IssueDto>>()
        );

    [Fact]
    public void A_command_that_asks_nobody_has_no_preparation() =>
        Assert.Equal(
            ["ValidationBehavior", "IdempotencyBehavior", "UnitOfWorkBehavior"],
            BehaviorsOf<CreateProjectCommand, Result<ProjectDto>>()
        );

    [Fact]
    public void A_query_is_validated_and_nothing_else() =>
        Assert.Equal(["ValidationBehavior"], BehaviorsOf<GetIssueQuery, Result<IssueDto>>());

    private static IEnumerable<string> BehaviorsOf<TRequest, TResponse>()
        where TRequest : IRequest<TResponse>
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?> { ["ConnectionStrings:Kiket"] = "Data Source=never-opened.db" }
            )
            .Build();
        using var services = new ServiceCollection().AddLogging().AddKiketInfrastructure(configuration).BuildServiceProvider();
        using var scope = services.CreateScope();
        return
        [
            .. scope
                .ServiceProvider.GetServices<IPipelineBehavior<TRequest, TResponse>>()
                .Select(b => b.GetType().Name.Split('`')[0]),
        ];
    }

    [GeneratedRegex(@"\.(SaveChanges(Async)?|InTransactionAsync|BeginTransaction(Async)?|Forget)\(|\bChangeTracker\b")]
    private static partial Regex Keeping();
}
