using System.Text.Json.Serialization;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Application.Workflows;
using Kiket.Domain.Common;
using Kiket.Domain.Definitions;
using MediatR;

namespace Kiket.Application.Definitions;

/// <summary>
/// Publishes a version of a workflow if the text has changed. It imports the one file that contains the workflow, so that a later
/// import of other files does not restore the old text.
/// </summary>
/// <param name="ExpectedVersion">The version that the caller has seen; by default any.</param>
/// <param name="IsStrict">Whether anything that would weaken a rule, such as a misspelt key, is an error.</param>
internal sealed record PutWorkflowCommand(
    WorkflowRef Workflow,
    string Text,
    ExpectedVersion ExpectedVersion,
    bool IsStrict = true
) : ICommand<Result<PublishedWorkflow>>;

/// <param name="Workflow">The latest version.</param>
/// <param name="Warnings">Findings in its text that are not errors.</param>
internal sealed record PublishedWorkflow(WorkflowDto Workflow, IReadOnlyList<DefinitionNote> Warnings) : IVersioned
{
    [JsonIgnore]
    public int Version => Workflow.Version;
}

internal sealed class PutWorkflowHandler(IKiketDb db, IDefinitionReader reader, IMediator mediator, ICurrentActor current)
    : ICommandHandler<PutWorkflowCommand, Result<PublishedWorkflow>>
{
    public async Task<Result<PublishedWorkflow>> Handle(PutWorkflowCommand command, CancellationToken ct)
    {
        var found = await db.FindWorkflowProjectAsync(command.Workflow, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var (project, key) = (found.Value, command.Workflow.Key);
        if (!current.Actor.IsAdmin)
            return Error.Forbidden("Only an administrator of the organization can change workflows.");
        if (reader.WorkflowKeyOf(command.Text) is { } named && named != key)
            return Error.Validation("workflow.id", $"The text defines the workflow '{named}', not '{key}'.");

        await db.LockProjectAsync(project.Id, ct); // publishers take turns: the second one sees the first one's version
        var before = await db.FindVersionAsync(project, key, null, ct);
        var version = before.IsRefused ? 0 : before.Value.Revision;
        if (!command.ExpectedVersion.Allows(version) || (before.IsRefused && command.ExpectedVersion.MustExist))
            return Error.Stale(version);

        var path = (await WorkflowFiles.ReadAsync(db, reader, project.Id, ct)).PathOf(key);
        var imported = await mediator.Send(
            new ImportDefinitionsCommand([new(path, command.Text, command.IsStrict)], project.Key, null, false, "api"),
            ct
        );
        if (imported.Error is { } errors)
            return errors;
        var after = await db.FindVersionAsync(project, key, null, ct);
        return after.Error is { } missing
            ? missing
            : new PublishedWorkflow(
                WorkflowDto.Of(after.Value, project, after.Value.Revision),
                [.. imported.Value.Warnings.Where(w => w.File == path)]
            );
    }
}
