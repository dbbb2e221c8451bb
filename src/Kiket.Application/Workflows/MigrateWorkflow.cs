using FluentValidation;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Approvals;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Workflows;

/// <summary>
/// Makes issues of older versions follow another one. States that both versions have stay unless they are mapped; other states
/// must be mapped. This is not a transition, so neither conditions nor limits are checked.
/// </summary>
/// <param name="From">The only version whose issues are migrated, or null for all versions older than the target.</param>
/// <param name="To">The version to follow, or null for the latest.</param>
/// <param name="Mapping">New states by old ones.</param>
/// <param name="DryRun">Whether to report what would happen without changing anything.</param>
internal sealed record MigrateWorkflowCommand(
    WorkflowRef Workflow,
    int? From,
    int? To,
    IReadOnlyDictionary<StateKey, StateKey> Mapping,
    bool DryRun
) : ICommand<Result<WorkflowMigration>>, IRehearsable;

/// <param name="ToVersion">The version that the issues follow.</param>
/// <param name="Migrated">How many issues were migrated, or would be.</param>
/// <param name="Counts">The issues by their version and state, and the state they get.</param>
/// <param name="Stranded">Issues whose state is neither in the target version nor in the mapping; only in a dry run.</param>
internal sealed record WorkflowMigration(
    string Workflow,
    string ProjectKey,
    int ToVersion,
    int Migrated,
    IReadOnlyList<MigrationCount> Counts,
    IReadOnlyList<MigrationCount> Stranded,
    bool DryRun
);

/// <param name="State">The state that the issues are in.</param>
/// <param name="ToState">The state they get; null for stranded ones.</param>
internal sealed record MigrationCount(int Version, StateKey State, StateKey? ToState, int Count);

internal sealed class MigrateWorkflowValidator : AbstractValidator<MigrateWorkflowCommand>
{
    private const int MaxMappings = 500;

    public MigrateWorkflowValidator()
    {
        RuleFor(c => c.Mapping)
            .Must(m => m.Count <= MaxMappings)
            .OverridePropertyName("mapping")
            .WithMessage($"A mapping can have at most {MaxMappings} states.");
        RuleFor(c => c)
            .Must(c => c.From is null || c.From != c.To)
            .OverridePropertyName("from_version")
            .WithMessage("The issues already follow that version.");
    }
}

internal sealed class MigrateWorkflowHandler(IKiketDb db, IUnitOfWork work, ICurrentActor current, TimeProvider time)
    : ICommandHandler<MigrateWorkflowCommand, Result<WorkflowMigration>>
{
    private const int BatchSize = 200;

    public async Task<Result<WorkflowMigration>> Handle(MigrateWorkflowCommand command, CancellationToken ct)
    {
        var found = await db.FindWorkflowProjectAsync(command.Workflow, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        if (!current.Actor.IsAdmin)
            return Error.Forbidden("Only an administrator of the organization can migrate issues.");
        if (found.Value.Status is ProjectStatus.Archived)
            return ProjectErrors.Archived(found.Value.Key);
        var (project, key) = (found.Value, command.Workflow.Key);
        await db.LockProjectAsync(project.Id, ct);
        var target = await db.FindVersionAsync(project, key, command.To, ct);
        if (target.Error is { } unknown)
            return unknown;
        var to = target.Value;
        if (command.From == to.Revision)
            return Error.Validation("from_version", "The issues already follow that version.");

        var versions = db.Workflows.AsNoTracking().Where(w => w.ProjectId == project.Id && w.Key == key);
        versions = command.From is { } only
            ? versions.Where(w => w.Revision == only)
            : versions.Where(w => w.Revision < to.Revision);
        var sources = await versions.ToDictionaryAsync(w => w.Id, ct);
        if (command.From is { } from && sources.Count == 0)
            return WorkflowErrors.NotFound(key, from);
        if (Validate(command.Mapping, sources.Values, to) is { Count: > 0 } errors)
            return Error.Validation(errors);

        var ids = sources.Keys.ToList();
        var groups = await db
            .Issues.Where(i => i.ProjectId == project.Id && ids.Contains(i.WorkflowId))
            .GroupBy(i => new { i.WorkflowId, i.Status })
            .Select(g => new
            {
                g.Key.WorkflowId,
                g.Key.Status,
                Count = g.Count(),
            })
            .ToListAsync(ct);
        var counts = groups
            .Select(g => new MigrationCount(sources[g.WorkflowId].Revision, g.Status, TargetOf(g.Status), g.Count))
            .OrderBy(c => c.Version)
            .ThenBy(c => c.State.Value, StringComparer.Ordinal)
            .ToList();
        var stranded = counts.Where(c => c.ToState is null).ToList();
        if (stranded.Count > 0 && !command.DryRun)
            return WorkflowErrors.Stranded(to, stranded.Select(s => (s.Version, s.State, s.Count)));
        if (!command.DryRun)
            await FollowAsync(project, sources, to, TargetOf, ct);

        var migrated = counts.Where(c => c.ToState is not null).ToList();
        return new WorkflowMigration(
            key,
            project.Key,
            to.Revision,
            migrated.Sum(c => c.Count),
            migrated,
            stranded,
            command.DryRun
        );

        StateKey? TargetOf(StateKey state) => to.Definition.FindState(command.Mapping.GetValueOrDefault(state, state))?.Key;
    }

    /// <summary>Migrates all issues in batches, so that memory does not grow with the project.</summary>
    private async Task FollowAsync(
        Project project,
        Dictionary<long, Workflow> sources,
        Workflow to,
        Func<StateKey, StateKey?> targetOf,
        CancellationToken ct
    )
    {
        var (ids, now) = (sources.Keys.ToList(), time.GetUtcNow());
        while (
            await db
                .Issues.Where(i => i.ProjectId == project.Id && ids.Contains(i.WorkflowId))
                .OrderBy(i => i.Id)
                .Take(BatchSize)
                .ToListAsync(ct)
                is { Count: > 0 } batch
        )
        {
            var issues = batch.Select(i => i.Id).ToList();
            foreach (var issue in batch)
                issue.FollowVersion(sources[issue.WorkflowId], to, targetOf(issue.Status)!.Value, current.Actor.UserId, now);
            foreach (
                var approval in await db
                    .Approvals.Where(a => issues.Contains(a.IssueId) && a.Status != ApprovalStatus.Closed)
                    .ToListAsync(ct)
            )
                approval.Close(now);
            await work.FlushBatchAsync(ct);
        }
    }

    private static List<ErrorDetail> Validate(
        IReadOnlyDictionary<StateKey, StateKey> mapping,
        IReadOnlyCollection<Workflow> sources,
        Workflow to
    )
    {
        List<ErrorDetail> errors = [];
        foreach (var (old, state) in mapping)
        {
            if (!sources.Any(s => s.Definition.States.Any(known => known.Key == old)))
                errors.Add(new($"mapping.{old}", $"None of the migrated versions has a state '{old}'."));
            else if (to.Definition.FindState(state) is null)
                errors.Add(new($"mapping.{old}", $"Version {to.Revision} of {to.Key} has no state '{state}'."));
        }

        return errors;
    }
}
