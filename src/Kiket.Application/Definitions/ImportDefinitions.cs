using FluentValidation;
using Kiket.Application.Common;
using Kiket.Application.CustomData;
using Kiket.Application.Ports;
using Kiket.Application.Sla;
using Kiket.Application.Workflows;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Kiket.Domain.Definitions;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Definitions;

/// <summary>
/// Applies definition files to a project: all of them or none. Files without a <c>project.yaml</c> and without a folder are a
/// part of a pack, and are read together with the project's other files. Otherwise they are the whole pack.
/// </summary>
/// <param name="ProjectKey">Key of the project, overriding the files, or null to use theirs.</param>
/// <param name="Folder">Name of the folder that the whole pack was read from, or null.</param>
/// <param name="DryRun">Whether to report what would happen without changing anything.</param>
/// <param name="Source">Where the files came from.</param>
internal sealed record ImportDefinitionsCommand(
    IReadOnlyList<DefinitionText> Files,
    string? ProjectKey,
    string? Folder,
    bool DryRun,
    string Source
) : ICommand<Result<ImportedDefinitions>>, IRehearsable;

/// <summary>
/// The effects of an import, or of a dry run. Each item is named with its kind: <c>workflow bug</c>, <c>issue LEGAL-1</c>.
/// </summary>
internal sealed record ImportedDefinitions(
    ImportedProject Project,
    IReadOnlyList<string> Created,
    IReadOnlyList<string> Changed,
    IReadOnlyList<string> Unchanged,
    IReadOnlyList<string> Removed,
    IReadOnlyList<DefinitionNote> Warnings,
    bool DryRun
);

/// <param name="Id">Null for a project that would be created.</param>
internal sealed record ImportedProject(ProjectId? Id, string Key);

internal sealed class ImportDefinitionsValidator : AbstractValidator<ImportDefinitionsCommand>
{
    public ImportDefinitionsValidator()
    {
        RuleFor(c => c.Files)
            .Must(f => f.Count is > 0 and <= DefinitionLimits.MaxFiles)
            .WithMessage($"An import must have 1 to {DefinitionLimits.MaxFiles} files.")
            .OverridePropertyName("files");
        RuleFor(c => c.Files)
            .Must(files => Repeated(files) is null)
            .WithMessage(c => $"The path '{Repeated(c.Files)}' is listed twice.")
            .OverridePropertyName("files");
        RuleForEach(c => c.Files)
            .ChildRules(file =>
            {
                file.RuleFor(f => f.Path)
                    .Must(path => DefinitionPath.TryNormalize(path, out _))
                    .OverridePropertyName("path")
                    .WithMessage(f =>
                        $"'{Shown(f.Path)}' is not a valid path: it must be below .kiket/, end in .yaml or .yml, "
                        + $"and have at most {DefinitionFile.MaxPathLength} characters and no '..', ':' or backslash."
                    );
                file.RuleFor(f => f.Content)
                    .NotNull()
                    .OverridePropertyName("content")
                    .WithMessage(f => $"'{Shown(f.Path)}' has no content.");
            })
            .OverridePropertyName("files");
    }

    private static string? Repeated(IReadOnlyList<DefinitionText> files) =>
        files
            .Select(f => DefinitionPath.TryNormalize(f.Path, out var path) ? path : f.Path)
            .GroupBy(p => p, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(g => g.Count() > 1)
            ?.Key;

    private static string Shown(string path) =>
        path.Length <= DefinitionFile.MaxPathLength ? path : path[..DefinitionFile.MaxPathLength] + "…";
}

internal sealed class ImportDefinitionsHandler(
    IKiketDb db,
    IUnitOfWork work,
    IDefinitionReader reader,
    SlaRules rules,
    Publications publications,
    ICurrentActor current,
    TimeProvider time
) : ICommandHandler<ImportDefinitionsCommand, Result<ImportedDefinitions>>
{
    public async Task<Result<ImportedDefinitions>> Handle(ImportDefinitionsCommand command, CancellationToken ct)
    {
        if (!current.Actor.IsAdmin)
            return Error.Forbidden("Only an administrator of the organization can import definitions.");
        if (command.ProjectKey is { } key && !Domain.Projects.ProjectKey.IsValid(key))
            return DefinitionErrors.InvalidKey(key);
        var files = command
            .Files.Select(f => f with { Path = DefinitionPath.TryNormalize(f.Path, out var path) ? path : f.Path })
            .ToList();
        if (command is { ProjectKey: { } partOf, Folder: null } && !files.Exists(f => DefinitionPath.IsProject(f.Path)))
        {
            var given = files.Select(f => f.Path).ToList();
            var kept = await db
                .DefinitionFiles.AsNoTracking()
                .Where(f => db.Projects.Any(p => p.Id == f.ProjectId && p.Key == partOf) && !given.Contains(f.Path))
                .Select(f => new DefinitionText(f.Path, f.Content, false))
                .ToListAsync(ct);
            files.AddRange(kept);
        }

        var roles = command.ProjectKey is { } named ? await db.ReadHeldRolesAsync(named, ct) : null;
        var read = reader.Read(files, command.ProjectKey, command.Folder, roles);
        if (read.Error is { } error)
            return error;
        return await new Import(
            db,
            work,
            new SlaTimers(db, rules, publications),
            read.Value,
            files,
            command,
            current,
            time.GetUtcNow()
        ).RunAsync(ct);
    }

    /// <summary>One import while it runs: the project is compared with the pack, part by part.</summary>
    private sealed class Import(
        IKiketDb db,
        IUnitOfWork work,
        SlaTimers timers,
        DefinitionPack pack,
        IReadOnlyList<DefinitionText> files,
        ImportDefinitionsCommand command,
        ICurrentActor current,
        DateTimeOffset now
    )
    {
        private readonly OrganizationId organizationId = current.Actor.OrganizationId;
        private readonly UserId actorId = current.Actor.UserId;
        private readonly List<string> created = [];
        private readonly List<string> changed = [];
        private readonly List<string> unchanged = [];
        private readonly List<string> removed = [];
        private readonly Dictionary<string, Workflow> latest = new(StringComparer.Ordinal);

        public async Task<Result<ImportedDefinitions>> RunAsync(CancellationToken ct)
        {
            var existing = await db.Projects.SingleOrDefaultAsync(p => p.Key == pack.Project.Key, ct);
            if (existing?.Status is ProjectStatus.Archived)
                return ProjectErrors.Archived(existing.Key);
            var started = existing is null ? await StartAsync(ct) : existing;
            if (started.Error is not null)
                return started.Error;
            var project = started.Value;

            IReadOnlyCollection<StateKey> states = [];
            await PublishWorkflowsAsync(project, ct);
            if (existing is null)
            {
                ChangeSchema(project, ProjectSchema.BuiltIn with { IssueTypes = [] }, pack.Schema);
                ChangeLimits(project);
                var seeded = await OpenSeedsAsync(project, ct);
                if (seeded.Error is not null)
                    return seeded.Error;
                created.Insert(0, $"project {project.Key}");
            }
            else
            {
                var version = project.Version;
                var edited = await EditAsync(project, ct);
                if (edited.Error is not null)
                    return edited.Error;
                ChangeSchema(project, project.Schema, await WithUsedTypesAsync(project, ct));
                states = ChangeLimits(project);
                (project.Version == version ? unchanged : changed).Add($"project {project.Key}");
            }

            if ((await PublishModulesAsync(project, ct)).Error is { } unfit)
                return unfit;
            await KeepFilesAsync(project, ct);
            if (current.Lacks(ImportScopes.Of(created.Concat(changed).Concat(removed), pack)) is { } lacking)
                return lacking;
            await work.FlushAsync(ct);
            await timers.FollowDefinitionsAsync(project, states, actorId, now, ct);
            var id = command.DryRun && existing is null ? (ProjectId?)null : project.Id;
            return new ImportedDefinitions(
                new(id, project.Key),
                created,
                changed,
                unchanged,
                removed,
                pack.Warnings,
                command.DryRun
            );
        }

        private async Task<Result<Project>> StartAsync(CancellationToken ct)
        {
            var started = Project.Start(
                organizationId,
                pack.Project.Key,
                EditOf(pack.Project) with
                {
                    Visibility = ProjectVisibility.Team,
                },
                now
            );
            if (started.IsRefused)
                return started;
            db.Projects.Add(started.Value);
            await work.FlushAsync(ct);
            return started;
        }

        /// <summary>Applies the project file if it is new or was changed; otherwise manual changes stay.</summary>
        private async Task<Result> EditAsync(Project project, CancellationToken ct)
        {
            if (pack.Project.Path is not { } path)
                return Result.Success;
            var before = await db
                .DefinitionFiles.Where(f => f.ProjectId == project.Id && f.Path == path)
                .Select(f => f.Content)
                .SingleOrDefaultAsync(ct);
            var edit = EditOf(pack.Project);
            var isSame =
                project.Name == edit.Name.Value
                && project.Description == edit.Description.Value
                && (!edit.Settings.IsSet || SameJson.Of(project.Settings, edit.Settings.Value));
            return isSame || before == files.Single(f => f.Path == path).Content
                ? Result.Success
                : project.Edit(edit, actorId, now);
        }

        private static ProjectEdit EditOf(PackProject project) =>
            new()
            {
                Name = project.Name,
                Description = project.Description,
                Settings = project.Settings is { } settings ? new(settings) : default,
            };

        private async Task PublishWorkflowsAsync(Project project, CancellationToken ct)
        {
            foreach (var workflow in pack.Workflows)
                await PublishAsync(project, workflow.Key, workflow.Definition, workflow.Source, ct);
            if (pack.Workflows.Count == 0)
            {
                var key = ProjectSchema.BuiltIn.DefaultWorkflow;
                if (await FindLatestAsync(project, key, ct) is { } there)
                    latest[key] = there;
                else
                    await PublishAsync(project, key, WorkflowDefinition.BuiltIn, null, ct);
            }

            await work.FlushAsync(ct);
        }

        private async Task PublishAsync(
            Project project,
            string key,
            WorkflowDefinition definition,
            string? source,
            CancellationToken ct
        )
        {
            var last = await FindLatestAsync(project, key, ct);
            if (last is not null && last.Source == source && SameJson.Of(last.Definition, definition))
            {
                latest[key] = last;
                unchanged.Add($"workflow {key}");
                return;
            }

            latest[key] = Workflow
                .Publish(organizationId, project.Id, key, (last?.Revision ?? 0) + 1, definition, source, now)
                .Value;
            db.Workflows.Add(latest[key]);
            (last is null ? created : changed).Add($"workflow {key}");
        }

        private Task<Workflow?> FindLatestAsync(Project project, string key, CancellationToken ct) =>
            db.Workflows.WithSpecification(new VersionsOf(project.Id, key)).FirstOrDefaultAsync(ct);

        /// <summary>The pack's schema, plus the types that the pack no longer has but issues still use, as inactive.</summary>
        private async Task<ProjectSchema> WithUsedTypesAsync(Project project, CancellationToken ct)
        {
            var dropped = project.Schema.IssueTypes.ExceptBy(pack.Schema.IssueTypes.Select(t => t.Key), t => t.Key).ToList();
            if (dropped.Count == 0)
                return pack.Schema;
            var used = await db.Issues.Where(i => i.ProjectId == project.Id).Select(i => i.IssueType).Distinct().ToListAsync(ct);
            var first = pack.Schema.IssueTypes.Select(t => t.Position + 1).DefaultIfEmpty().Max();
            var inactive = dropped
                .Where(t => used.Contains(t.Key))
                .Select((t, n) => t with { Active = false, Position = first + n });
            return pack.Schema with { IssueTypes = [.. pack.Schema.IssueTypes, .. inactive] };
        }

        private void ChangeSchema(Project project, ProjectSchema from, ProjectSchema to)
        {
            Compare("issue_type", from.IssueTypes, to.IssueTypes, t => t.Key.Value);
            Compare(
                "custom_field",
                from.CustomFields,
                to.CustomFields,
                f => f.IssueType is null ? f.Key : $"{f.IssueType}.{f.Key}"
            );
            Compare("automation", from.Automations, to.Automations, a => a.Workflow is null ? a.Key : $"{a.Workflow}.{a.Key}");
            Compare("template", from.Templates, to.Templates, t => t.Key);
            if (!SameJson.Of(project.Schema, to))
                project.UseSchema(to, now);
        }

        /// <summary>Applies the pack's limits that are defined beside the workflows.</summary>
        /// <returns>The states whose limits have changed.</returns>
        private HashSet<StateKey> ChangeLimits(Project project)
        {
            var before = project.SlaDefinitions;
            Compare("sla_definition", before, pack.SlaDefinitions, d => d.Id);
            if (SameJson.Of(before, pack.SlaDefinitions))
                return [];
            project.UseSlaDefinitions(pack.SlaDefinitions, now);
            return [.. before.Concat(pack.SlaDefinitions).Select(d => d.Status)];
        }

        private void Compare<T>(string what, IReadOnlyList<T> from, IReadOnlyList<T> to, Func<T, string> key)
        {
            var before = from.ToDictionary(key, StringComparer.Ordinal);
            foreach (var thing in to)
                (
                    !before.TryGetValue(key(thing), out var old) ? created
                    : SameJson.Of(old, thing) ? unchanged
                    : changed
                ).Add($"{what} {key(thing)}");
            foreach (var old in from.ExceptBy(to.Select(key), key))
                removed.Add($"{what} {key(old)}");
        }

        private async Task<Result> OpenSeedsAsync(Project project, CancellationToken ct)
        {
            List<DefinitionNote> errors = [];
            Dictionary<StateKey, int> counts = []; // the project is new, so it has no other issues
            foreach (var seed in pack.Seeds)
            {
                var workflow = latest[project.Schema.WorkflowOf(seed.Type)];
                var state = Issue.FirstState(workflow.Definition, seed.Status);
                var number = await db.TakeIssueNumberAsync(project.Id, ct);
                var opened = Issue.Open(
                    project,
                    seed.Type,
                    workflow,
                    seed.Fields,
                    new()
                    {
                        Status = seed.Status,
                        IssuesInState = state is null ? 0 : counts.GetValueOrDefault(state.Key),
                        MayLackCustomFields = true, // the reader has warned of it
                    },
                    actorId,
                    now
                );
                if (opened.Error is { } error)
                {
                    errors.AddRange(error.Details.Select(d => seed.Place with { Message = d.Message }));
                    continue;
                }

                opened.Value.TakeNumber(project.Key, number);
                db.Issues.Add(opened.Value);
                counts[opened.Value.Status] = counts.GetValueOrDefault(opened.Value.Status) + 1;
                created.Add($"issue {opened.Value.Key}");
            }

            return errors.Count > 0 ? DefinitionErrors.Invalid(errors) : Result.Success;
        }

        /// <summary>A module that the pack no longer has stays, because removing it would lose its records.</summary>
        private async Task<Result> PublishModulesAsync(Project project, CancellationToken ct)
        {
            List<DefinitionNote> errors = [];
            foreach (var wanted in pack.Modules)
            {
                var published = await db.PublishModuleAsync(work, organizationId, project.Id, null, wanted.Schema, now, ct);
                if (published.Error is { } unfit)
                    return unfit;
                var (module, change) = published.Value;
                (
                    change switch
                    {
                        ModuleChange.Made => created,
                        ModuleChange.Changed => changed,
                        _ => unchanged,
                    }
                ).Add($"module {module.Key}");
                if (change is not ModuleChange.Made)
                    continue;
                foreach (var seeds in wanted.Seeds.GroupBy(s => s.Table))
                {
                    foreach (
                        var some in seeds
                            .Chunk(CreateCustomRecordsCommand.MaxRecords)
                            .TakeWhile(_ => errors.Count < CreateCustomRecordsCommand.MaxFaults)
                    )
                        errors.AddRange(await SeedAsync(module, module.Schema.Find(seeds.Key)!, project, some, ct));
                }
            }

            return errors.Count > 0 ? DefinitionErrors.Invalid(errors) : Result.Success;
        }

        private async Task<IReadOnlyList<DefinitionNote>> SeedAsync(
            CustomModule module,
            CustomTable table,
            Project project,
            PackRecord[] seeds,
            CancellationToken ct
        )
        {
            List<DefinitionNote> errors = [];
            List<CustomRecord> records = [];
            foreach (var seed in seeds.TakeWhile(_ => errors.Count < CreateCustomRecordsCommand.MaxFaults))
            {
                var fit = CustomValues.Fit(table, seed.Data, null, now);
                if (fit.Error is { } fitError)
                    errors.AddRange(fitError.Details.Select(d => seed.Place with { Message = d.Message }));
                else
                    records.Add(CustomRecord.Add(organizationId, module.Id, project.Id, table.Name, fit.Value, now));
            }

            if (errors.Count > 0)
                return errors;
            db.CustomRecords.AddRange(records);
            foreach (var (place, error) in await db.SaveRecordsAsync(work, table, records, ct))
                errors.Add(seeds[place].Place with { Message = error.Message });
            return errors;
        }

        private async Task KeepFilesAsync(Project project, CancellationToken ct)
        {
            var kept = await db
                .DefinitionFiles.Where(f => f.ProjectId == project.Id)
                .ToDictionaryAsync(f => f.Path, StringComparer.Ordinal, ct);
            var warnings = pack.Warnings.ToLookup(w => w.File);
            foreach (var file in files.OrderBy(f => f.Path, StringComparer.Ordinal))
            {
                IReadOnlyList<DefinitionNote> notes = [.. warnings[file.Path]];
                if (!kept.Remove(file.Path, out var old))
                {
                    db.DefinitionFiles.Add(
                        DefinitionFile.Keep(organizationId, project.Id, file.Path, file.Content, command.Source, notes, now)
                    );
                    created.Add($"file {file.Path}");
                }
                else
                {
                    (old.Replace(file.Content, command.Source, notes, now) ? changed : unchanged).Add($"file {file.Path}");
                }
            }

            foreach (var file in kept.Values)
            {
                db.DefinitionFiles.Remove(file);
                removed.Add($"file {file.Path}");
            }
        }
    }
}
