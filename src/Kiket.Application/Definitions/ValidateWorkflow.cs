using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Application.Workflows;
using Kiket.Domain.Common;
using Kiket.Domain.Definitions;
using Kiket.Domain.Projects;

namespace Kiket.Application.Definitions;

/// <summary>Validates the text of a workflow without changing anything.</summary>
/// <param name="Project">The project that it is for, or null to check it by itself.</param>
/// <param name="IsStrict">Whether anything that would weaken a rule, such as a misspelt key, is an error.</param>
internal sealed record ValidateWorkflowQuery(string Text, ProjectRef? Project, bool IsStrict = true)
    : IQuery<Result<WorkflowValidation>>;

internal sealed record WorkflowValidation(
    bool Valid,
    IReadOnlyList<DefinitionNote> Errors,
    IReadOnlyList<DefinitionNote> Warnings
);

internal sealed class ValidateWorkflowHandler(IKiketDb db, IDefinitionReader reader, ICurrentActor current)
    : IQueryHandler<ValidateWorkflowQuery, Result<WorkflowValidation>>
{
    /// <summary>The name in the findings of a workflow without a key or a project.</summary>
    private const string Nameless = "workflow";

    public async Task<Result<WorkflowValidation>> Handle(ValidateWorkflowQuery query, CancellationToken ct)
    {
        var (files, project, roles) = (new WorkflowFiles([], reader), (Project?)null, (IReadOnlySet<string>?)null);
        if (query.Project is { } reference)
        {
            var found = await db.FindProjectAsync(reference, current.Actor, ProjectAccess.Read, ct);
            if (found.Error is { } unavailable)
                return unavailable;
            project = found.Value;
            files = await WorkflowFiles.ReadAsync(db, reader, project.Id, ct);
            roles = await db.ReadHeldRolesAsync(project.Key, ct);
        }

        var path = files.PathOf(reader.WorkflowKeyOf(query.Text) ?? Nameless);
        var read = reader.Read(files.With(new(path, query.Text, query.IsStrict)), project?.Key ?? "NONE", null, roles);
        return read.Error is { } errors
            ? new WorkflowValidation(
                false,
                [.. errors.Details.Select(d => new DefinitionNote(d.File ?? path, d.Line ?? 0, d.Column ?? 0, d.Message))],
                []
            )
            : new WorkflowValidation(true, [], [.. read.Value.Warnings.Where(w => w.File == path)]);
    }
}
