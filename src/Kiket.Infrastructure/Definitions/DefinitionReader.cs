using Kiket.Application.Definitions;
using Kiket.Domain.Actions;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Kiket.Domain.Definitions;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;
using Kiket.Infrastructure.CustomData;
using Kiket.Infrastructure.Yaml;

namespace Kiket.Infrastructure.Definitions;

/// <summary>Reads definition packs from YAML and reports every error with file, line and column.</summary>
internal sealed class DefinitionReader : IDefinitionReader
{
    public string? WorkflowKeyOf(string text) =>
        YamlTree.Read(text.TrimStart('\uFEFF')) is { Broken: null, Root: { } root }
            ? WorkflowReader.Read(new FileReading(new("", text), root, new Findings()))?.Key.Value
            : null;

    public Result<DefinitionPack> Read(
        IReadOnlyList<DefinitionText> files,
        string? projectKey,
        string? folder,
        IReadOnlySet<string>? heldRoles = null
    )
    {
        var findings = new Findings();
        var pack = new Reading(findings, [.. files.OrderBy(f => f.Path, StringComparer.Ordinal)]);
        if (files.Sum(f => (long)f.Content.Length) > DefinitionLimits.MaxPackLength)
            findings.AddError(
                new(DefinitionPath.Root, 0, 0, $"A pack can have at most {DefinitionLimits.MaxPackLength} characters.")
            );
        else
            pack.ReadFiles();

        var key = projectKey ?? pack.Project?.Key ?? KeyOf(folder);
        if (key is null && findings.Errors.Count == 0)
            return DefinitionErrors.KeyMissing;

        var schema = pack.BuildSchema(key);
        var seeds = pack.FindSeeds(schema);
        var modules = pack.BuildModules();
        var limits = pack.CheckedLimits(schema, key);
        foreach (var workflow in pack.Workflows)
            workflow.Check(schema, heldRoles ?? (pack.Project is null ? null : RolesOf(schema)));
        if (findings.Errors is { Count: > 0 } errors)
            return DefinitionErrors.Invalid(errors);

        var project = new PackProject(
            key!,
            pack.Project?.Name ?? (folder is null ? Titles.Of(key!.ToLowerInvariant()) : Titles.Of(folder)),
            pack.Project?.Description,
            pack.Project?.Settings,
            pack.Project?.File.Path
        );
        return new DefinitionPack(
            project,
            schema,
            [.. pack.Workflows.Select(w => new PackWorkflow(w.Key.Value, w.Definition!, w.File.Content))],
            seeds,
            limits,
            modules,
            findings.Warnings
        );
    }

    /// <summary>The roles that a user can hold: those of Kiket and those of the team.</summary>
    private static HashSet<string> RolesOf(ProjectSchema schema) =>
        new([.. HeldRoles.Known, .. schema.TeamRoles.Select(r => r.Name)], StringComparer.OrdinalIgnoreCase);

    /// <summary>The letters and digits of a folder's name, in upper case.</summary>
    private static string? KeyOf(string? folder)
    {
        var key = new string([
            .. (folder ?? "")
                .ToUpperInvariant()
                .Where(char.IsAsciiLetterOrDigit)
                .SkipWhile(char.IsAsciiDigit)
                .Take(ProjectKey.MaxLength),
        ]);
        return key.Length == 0 ? null : key;
    }

    /// <summary>One pack while it is read.</summary>
    private sealed class Reading(Findings findings, IReadOnlyList<DefinitionText> files)
    {
        private readonly List<WorkflowDraft> workflows = [];
        private readonly List<TemplateDraft> templates = [];
        private readonly List<(AutomationDraft Draft, string? Folder)> automations = [];
        private readonly List<(string Folder, CustomModuleDraft Draft)> modules = [];
        private readonly List<FileReading> moduleSeeds = [];
        private readonly List<SlaDefinitionDraft> limits = [];
        private IssueTypesDraft? types;

        /// <summary>Whether a workflow file cannot be read, so that missing definitions may be in it.</summary>
        private bool lacksWorkflows;

        /// <summary>Whether the file of issue types cannot be read, so that references to them cannot be checked.</summary>
        private bool lacksTypes;

        public ProjectDraft? Project { get; private set; }

        public IReadOnlyList<WorkflowDraft> Workflows => workflows;

        public void ReadFiles()
        {
            foreach (var file in files)
                Read(file);
        }

        public ProjectSchema BuildSchema(string? key)
        {
            var standard = DefaultWorkflow(key);
            var roles = Project?.Roles ?? [];
            var schema = types is null
                ? new ProjectSchema(standard, InventTypes(), [])
                : new(standard, [.. types.Types.Select(t => t with { Workflow = WorkflowNamedBy(t) })], types.Fields);
            return schema with
            {
                Version = Project?.Version,
                TeamRoles = roles,
                Extensions = Project?.Extensions ?? PackExtensions.None,
                Templates = [.. templates.Select(t => Checked(t, schema))],
                Automations = [.. CheckedAutomations(schema)],
            };
        }

        /// <summary>
        /// The automations, each key once; those in a workflow's folder belong to that workflow. Wrong references are warnings.
        /// </summary>
        private IEnumerable<Automation> CheckedAutomations(ProjectSchema schema)
        {
            HashSet<(string?, string)> keys = [];
            foreach (var (draft, folder) in automations)
            {
                var workflow = WorkflowOfFolder(folder);
                var (file, automation) = (draft.File, draft.Automation with { Workflow = workflow });
                if (folder is not null && workflow is null && !lacksWorkflows)
                {
                    file.Reject(
                        draft.At,
                        $"The automation {automation.Key} is kept but never runs: there is no workflow '{folder}'."
                    );
                    automation = automation with { Hindrance = $"there is no workflow '{folder}'" };
                }

                if (!keys.Add((workflow, automation.Key.ToUpperInvariant())))
                {
                    file.Reject(draft.At, $"There is already an automation {automation.Key}; this one is kept but ignored.");
                    continue;
                }

                var unknown = WorkflowChecks.UnknownFields(
                    AutomationReader.ConditionsOf(automation),
                    IssueFields.ConditionsOf(schema.CustomFields)
                );
                foreach (var field in unknown.Except(Automation.EventFields))
                    file.Warn(
                        draft.At,
                        $"Issues of this project have no field '{field}', which the automation {automation.Key} reads."
                    );
                yield return automation;
            }
        }

        /// <summary>
        /// Warns when a template refers to something that the pack does not have. This is not an error, because the pack works
        /// without it; opening an issue with the template reports it.
        /// </summary>
        private IssueTemplate Checked(TemplateDraft draft, ProjectSchema schema)
        {
            var (file, template) = (draft.File, draft.Template);
            if (lacksTypes || lacksWorkflows)
                return template;
            if ((template.IssueType is { } key ? schema.FindType(key) : schema.DefaultType) is not { } type)
            {
                file.Warn(
                    draft.IssueType ?? draft.Key,
                    $"The template refers to the issue type '{draft.IssueType?.Shown}', which does not exist."
                );
                return template;
            }

            if (
                draft.Status is { } status
                && DefinitionOf(schema.WorkflowOf(type)) is { } definition
                && definition.FindState(new(status.Value)) is null
            )
                file.Warn(status, $"Workflow {schema.WorkflowOf(type)} has no state '{status.Shown}'.");
            if (schema.CustomFields.Count == 0) // then issues may have any
                return template;
            var custom = schema.FieldsOf(type.Key).Select(f => f.Key).ToList();
            foreach (var field in template.UnknownRequirements(custom))
                file.Warn(draft.Key, $"Issues of type {type.Key} have no field '{field}', which the template requires.");
            foreach (var field in template.CustomFields.Keys.Except(custom))
                file.Warn(draft.Key, $"Issues of type {type.Key} have no custom field '{field}', which the template sets.");
            return template;
        }

        /// <summary>
        /// The limits for this project, each id once. Wrong references, and limits that would never apply, are warnings, because
        /// the project works without them.
        /// </summary>
        public List<SlaDefinition> CheckedLimits(ProjectSchema schema, string? key)
        {
            List<SlaDefinition> held = [];
            Dictionary<string, SlaDefinitionDraft> ids = new(StringComparer.Ordinal);
            foreach (var draft in limits)
            {
                if (!ids.TryAdd(draft.Definition.Id, draft))
                {
                    draft.File.AddError(
                        draft.Id,
                        $"There is already a limit {draft.Definition.Id}, in {ids[draft.Definition.Id].File.Path}."
                    );
                    continue;
                }

                if (draft.Project is { } project && !string.Equals(project.Value, key, StringComparison.OrdinalIgnoreCase))
                {
                    draft.File.Warn(
                        project,
                        $"The limit {draft.Definition.Id} is kept but never applies: "
                            + $"it is meant for the project '{project.Shown}'."
                    );
                    continue;
                }

                var folder = DefinitionPath.FolderOf(draft.File.Path);
                var workflow = WorkflowOfFolder(folder);
                if (folder is not null && workflow is null)
                {
                    if (!lacksWorkflows)
                        draft.File.Warn(
                            draft.Id,
                            $"The limit {draft.Definition.Id} is kept but never applies: there is no workflow '{folder}'."
                        );
                    continue;
                }

                var limit = draft.Definition with { Workflow = workflow };
                if (!lacksTypes && !lacksWorkflows)
                    WarnOfIdle(draft, limit, schema);
                held.Add(limit);
            }

            return held;
        }

        /// <summary>
        /// Warns about a limit that applies to no issue, because its type or state does not exist, or the state has its own
        /// limits.
        /// </summary>
        private void WarnOfIdle(SlaDefinitionDraft draft, SlaDefinition limit, ProjectSchema schema)
        {
            var type = limit.IssueType is { } key ? schema.FindType(key) : null;
            if (limit.IssueType is not null && type is null)
            {
                draft.File.Warn(
                    draft.IssueType!,
                    $"The limit {limit.Id} refers to the issue type '{draft.IssueType!.Shown}', which does not exist."
                );
                return;
            }

            string[] followed =
                limit.Workflow is { } only ? [only]
                : type is not null ? [schema.WorkflowOf(type)]
                : workflows.Count == 0 ? [schema.DefaultWorkflow]
                : [.. workflows.Select(w => w.Key.Value)];
            var states = followed
                .Select(DefinitionOf)
                .OfType<WorkflowDefinition>()
                .Select(w => w.FindState(limit.Status))
                .OfType<State>()
                .ToList();
            if (states.Count == 0)
                draft.File.Warn(
                    draft.Status,
                    $"The limit {limit.Id} never applies: there is no state '{draft.Status.Shown}' in "
                        + $"{string.Join(", ", followed)}."
                );
            else if (states.TrueForAll(s => s.IsFinal))
                draft.File.Warn(
                    draft.Status,
                    $"The limit {limit.Id} never applies: no time is counted in the final state {limit.Status}."
                );
            else if (states.TrueForAll(s => s.IsFinal || s.Sla.Any(p => p.Condition is null)))
                draft.File.Warn(
                    draft.Status,
                    $"The limit {limit.Id} never applies: the state {limit.Status} already has its own limit for every issue."
                );
        }

        /// <summary>
        /// The workflow to which a folder below the folder of workflows belongs: that of the file with the same name, or the one
        /// with this key.
        /// </summary>
        private string? WorkflowOfFolder(string? folder) =>
            folder is null
                ? null
                : (
                    workflows.Find(w => DefinitionPath.Stem(w.File.Path) == $"workflows/{folder}")
                    ?? workflows.Find(w => w.Key.Value == folder)
                )
                    ?.Key
                    .Value;

        public List<PackSeed> FindSeeds(ProjectSchema schema)
        {
            List<PackSeed> seeds = [];
            foreach (var seed in lacksTypes ? [] : Project?.Seeds ?? [])
            {
                var file = Project!.File;
                if ((seed.IssueType is null ? schema.DefaultType : schema.FindType(new(seed.IssueType.Value))) is not { } type)
                {
                    var known = string.Join(", ", schema.IssueTypes.Where(t => t.Active).Select(t => t.Key));
                    file.AddError(
                        seed.IssueType ?? seed.At,
                        $"There is no issue type '{seed.IssueType?.Shown}'. Known: {known}."
                    );
                    continue;
                }

                var workflow = schema.WorkflowOf(type);
                if (
                    seed.Status is { } status
                    && DefinitionOf(workflow) is { } definition
                    && definition.FindState(new(status.Value)) is null
                )
                {
                    var known = string.Join(", ", definition.States.Select(s => s.Key));
                    file.AddError(status, $"Workflow {workflow} has no state '{status.Shown}'. Known: {known}.");
                }

                var given = seed.Fields.CustomFields.Value!;
                foreach (
                    var field in schema
                        .FieldsOf(type.Key)
                        .Where(f => f is { Required: true, DefaultValue: null } && !given.ContainsKey(f.Key))
                )
                    file.Warn(
                        seed.At,
                        $"The issue has no {field.Key}, which issues of type {type.Key} require; it is opened without it."
                    );
                seeds.Add(
                    new(type, seed.Status is { } state ? new StateKey(state.Value) : null, seed.Fields, file.NoteAt(seed.At, ""))
                );
            }

            return seeds;
        }

        private void Read(DefinitionText file)
        {
            var stem = DefinitionPath.Stem(file.Path);
            var isWorkflow = DefinitionPath.IsWorkflow(file.Path);
            var isTemplate = DefinitionPath.IsTemplate(file.Path);
            var isLimits = DefinitionPath.IsSlaDefinitions(file.Path);
            var isUnderstood =
                isWorkflow
                || isTemplate
                || isLimits
                || DefinitionPath.IsModule(file.Path)
                || DefinitionPath.IsModuleSeed(file.Path)
                || stem is "project" or "issue_types";
            if (Parse(file, isUnderstood) is not { } reading)
                (lacksWorkflows, lacksTypes) = (lacksWorkflows || isWorkflow, lacksTypes || stem is "issue_types");
            else if (isWorkflow)
                Add(WorkflowReader.Read(reading));
            else if (isTemplate)
                Add(TemplateReader.Read(reading, stem[(stem.LastIndexOf('/') + 1)..]));
            else if (isLimits)
                limits.AddRange(SlaDefinitionsReader.Read(reading));
            else if (DefinitionPath.IsAutomation(file.Path))
                Add(reading, stem);
            else if (DefinitionPath.IsModule(file.Path))
                AddModule(reading);
            else if (DefinitionPath.IsModuleSeed(file.Path))
                moduleSeeds.Add(reading);
            else if (stem is "project" && Project is null)
                Project = ProjectReader.Read(reading);
            else if (stem is "issue_types" && types is null)
                types = IssueTypesReader.Read(reading);
            else if (isUnderstood)
                findings.AddError(new(file.Path, 0, 0, $"The pack has both {stem}.yaml and {stem}.yml."));
            else
                findings.Warn(new(file.Path, 1, 1, "Files of this kind are kept but ignored."));
        }

        private void Add(FileReading reading, string stem)
        {
            var folder = stem.StartsWith("workflows/", StringComparison.Ordinal) ? stem.Split('/')[1] : null;
            automations.AddRange(
                AutomationReader.Read(reading, stem[(stem.LastIndexOf('/') + 1)..], folder).Select(draft => (draft, folder))
            );
        }

        private void AddModule(FileReading file)
        {
            if (CustomModuleReading.Read(file) is not { } schema)
                return;
            if (modules.Find(m => m.Draft.Schema.Key == schema.Key).Draft is { } first)
                file.AddError(file.Whole!, $"There is already a module {schema.Key}, in {first.File.Path}.");
            else
                modules.Add((file.Path.Split('/')[2], new(file, schema)));
        }

        /// <summary>The modules with the records defined beside them.</summary>
        public List<PackModule> BuildModules()
        {
            var records = modules.ToDictionary(m => m.Folder, _ => new List<PackRecord>(), StringComparer.Ordinal);
            foreach (var file in moduleSeeds)
            {
                var root = file.Root("model_version", "table", "records");
                var draft = modules.Find(m => m.Folder == file.Path.Split('/')[2]).Draft;
                if (draft is null || file.Required(root, "table", "The file", CustomModuleSchema.MaxNameLength) is not { } table)
                    continue;
                if (draft.Schema.Find(table.Value) is null)
                {
                    file.AddError(table, $"The module {draft.Schema.Key} has no table '{table.Shown}'.");
                    continue;
                }

                foreach (var item in file.List(root, "records"))
                    records[file.Path.Split('/')[2]]
                        .Add(new(table.Value, FileReading.ToJson(file.MapOf(item, "A record")), file.NoteAt(item, "")));
            }

            return [.. modules.Select(m => new PackModule(m.Draft.Schema, records[m.Folder]))];
        }

        private void Add(TemplateDraft? draft)
        {
            if (draft is null)
                return;
            if (templates.Find(t => string.Equals(t.Key.Value, draft.Key.Value, StringComparison.OrdinalIgnoreCase)) is { } first)
                draft.File.AddError(draft.Key, $"There is already a template {draft.Key.Value}, in {first.File.Path}.");
            else
                templates.Add(draft);
        }

        private FileReading? Parse(DefinitionText file, bool isUnderstood)
        {
            if (UnicodeText.Length(file.Content) > DefinitionLimits.MaxFileLength)
            {
                findings.AddError(new(file.Path, 0, 0, $"A file can have at most {DefinitionLimits.MaxFileLength} characters."));
                return null;
            }

            var tree = YamlTree.Read(file.Content.TrimStart('\uFEFF'));
            if (tree.Broken is { } broken)
            {
                findings.AddError(new(file.Path, broken.Line, broken.Column, broken.Message));
                return null;
            }

            foreach (var warning in tree.Warnings)
            {
                var note = new DefinitionNote(file.Path, warning.Line, warning.Column, warning.Message);
                if (isUnderstood)
                    findings.AddError(note);
                else
                    findings.Warn(note);
            }

            return new(file, tree.Root, findings);
        }

        private void Add(WorkflowDraft? draft)
        {
            if (draft is null)
                lacksWorkflows = true;
            else if (workflows.Find(w => w.Key.Value == draft.Key.Value) is { } first)
                draft.File.AddError(draft.Key, $"There is already a workflow {draft.Key.Value}, in {first.File.Path}.");
            else
                workflows.Add(draft);
        }

        private string? WorkflowNamedBy(IssueType type)
        {
            if (!types!.Workflows.TryGetValue(type.Key.Value, out var name))
                return null;
            if (Known(name.Value) is { } known)
                return known;
            if (!lacksWorkflows)
                types.File.AddError(
                    name,
                    $"The issue type {type.Key} names the workflow '{name.Shown}', which is not in the pack."
                );
            return null;
        }

        private string? Known(string name) =>
            workflows.Count == 0 && !lacksWorkflows
                ? name == ProjectSchema.BuiltIn.DefaultWorkflow
                    ? name
                    : null
                : workflows.Find(w => string.Equals(w.Key.Value, name, StringComparison.OrdinalIgnoreCase))?.Key.Value;

        /// <summary>
        /// That of <c>main.yaml</c> or <c>workflow.yaml</c>; else the one with the project's name; else the only one that no type
        /// names; else the first by path; without any, the built-in one.
        /// </summary>
        private string DefaultWorkflow(string? key)
        {
            if (workflows.Count == 0)
                return ProjectSchema.BuiltIn.DefaultWorkflow;
            var unnamed = workflows.Where(w => types?.Workflows.Values.Any(name => name.Value == w.Key.Value) != true).ToList();
            var chosen =
                workflows.Find(w => DefinitionPath.Stem(w.File.Path) is "workflows/main" or "workflows/workflow")
                ?? workflows.Find(w => string.Equals(w.Key.Value, key, StringComparison.OrdinalIgnoreCase))
                ?? (unnamed.Count == 1 ? unnamed[0] : workflows[0]);
            return chosen.Key.Value;
        }

        /// <summary>The workflow's states, or null when its file is not valid.</summary>
        private WorkflowDefinition? DefinitionOf(string workflow) =>
            workflows.Find(w => w.Key.Value == workflow) is { } draft ? draft.Definition
            : lacksWorkflows || workflows.Count > 0 ? null
            : WorkflowDefinition.BuiltIn;

        /// <summary>
        /// Types for a pack that declares none: the built-in ones if its issues use no others, otherwise those that its issues
        /// name.
        /// </summary>
        private IReadOnlyList<IssueType> InventTypes()
        {
            var seeds = (Project?.Seeds ?? []).Select(s => s.IssueType).OfType<YamlText>().ToList();
            List<IssueType> invented = [];
            foreach (
                var name in seeds
                    .Concat(templates.Select(t => t.IssueType).OfType<YamlText>())
                    .Where(t => SchemaRules.IsTypeKey(t.Value))
            )
            {
                if (invented.Exists(t => string.Equals(t.Key.Value, name.Value, StringComparison.OrdinalIgnoreCase)))
                    continue;
                invented.Add(new(new(name.Value), Titles.Of(name.Value)) { Position = invented.Count });
            }

            if (invented.TrueForAll(t => ProjectSchema.BuiltIn.FindType(t.Key) is not null))
                return ProjectSchema.BuiltIn.IssueTypes;
            foreach (var type in invented)
            {
                var at = seeds.Find(s => string.Equals(s.Value, type.Key.Value, StringComparison.OrdinalIgnoreCase));
                var message = $"The issue type {type.Key} is not declared; a default one is used.";
                findings.Warn(new(Project?.File.Path ?? DefinitionPath.Root, at?.Line ?? 0, at?.Column ?? 0, message));
            }

            return invented;
        }
    }
}

/// <summary>A module of a pack and its file.</summary>
internal sealed record CustomModuleDraft(FileReading File, CustomModuleSchema Schema);
