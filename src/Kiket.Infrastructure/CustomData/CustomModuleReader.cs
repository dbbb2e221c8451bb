using System.Globalization;
using System.Text.RegularExpressions;
using Kiket.Application.CustomData;
using Kiket.Application.Definitions;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Kiket.Domain.Definitions;
using Kiket.Infrastructure.Extensions;
using Kiket.Infrastructure.Yaml;

namespace Kiket.Infrastructure.CustomData;

/// <summary>Reads the schema of a module and reports every error with line and column.</summary>
internal sealed class CustomModuleReader : ICustomModuleReader
{
    private const string FileName = "schema.yml";

    public Result<ReadModule> Read(ModuleText module)
    {
        var (text, findings) = ((module.Text ?? "").TrimStart('\uFEFF'), new Findings());
        if (UnicodeText.Length(text) > DefinitionLimits.MaxFileLength)
            return DefinitionErrors.Invalid([
                new(FileName, 0, 0, $"A file can have at most {DefinitionLimits.MaxFileLength} characters."),
            ]);
        var tree = module.Json is { } json ? new YamlTree(JsonTree.Of(json), null, []) : YamlTree.Read(text);
        if (tree.Broken is { } broken)
            return DefinitionErrors.Invalid([new(FileName, broken.Line, broken.Column, broken.Message)]);
        foreach (var warning in tree.Warnings)
            findings.AddError(new(FileName, warning.Line, warning.Column, warning.Message));
        var read = CustomModuleReading.Read(new FileReading(new(FileName, text, module.IsStrict), tree.Root, findings));
        return findings.Errors is { Count: > 0 } errors
            ? DefinitionErrors.Invalid(errors)
            : new ReadModule(read!, findings.Warnings);
    }
}

/// <summary>One schema while it is read: tables are a map beside the module's name, or a list inside the module.</summary>
internal static partial class CustomModuleReading
{
    private const int MaxText = 2_000;
    private const int MaxLength = 10_000;
    private const int MaxColumns = 200;
    private const int MaxTables = 100;
    private const int MaxIndexes = 50;
    private const int MaxGrants = 500;

    private static readonly string[] Roles = ["user", RoleNames.Manager, "admin"];
    private static readonly string[] Operations = ["read", "write", "delete"];

    /// <returns>Null when an error leaves nothing to read.</returns>
    public static CustomModuleSchema? Read(FileReading file)
    {
        var root = file.Root(
            ["scope", "tables", "permissions"],
            ["model_version", "module", "name", "version", "description", "id"]
        );
        var body = root;
        YamlText? key;
        if (root.Find("module")?.Value is YamlMap nested)
        {
            body = nested;
            file.RejectMisspelled(nested, ["scope", "tables", "permissions"], ["id", "key", "name", "version", "description"]);
            key = nested.Find("id") is null ? file.Text(nested, "key", CustomModuleSchema.MaxKeyLength) : null;
            key ??= file.Required(nested, "id", "A module", CustomModuleSchema.MaxKeyLength);
        }
        else
        {
            key = file.Required(root, "module", "The file", CustomModuleSchema.MaxKeyLength);
        }

        if (key is not null && !ModuleKey().IsMatch(key.Value))
            file.AddError(
                key,
                $"'{key.Shown}' is not a valid module id: a lower-case letter followed by lower-case letters, digits, dots, "
                    + "underscores and hyphens."
            );
        List<CustomTable> tables = [];
        foreach (var (name, map) in file.Things(FileReading.IsEmpty(body, "tables") ? root : body, "tables", "name"))
        {
            CheckName(file, name, "table");
            if (tables.Exists(t => t.Name == name.Value))
                file.AddError(name, $"There is already a table {name.Shown}.");
            else if (tables.Count == MaxTables)
                file.AddError(name, $"A module can have at most {MaxTables} tables.");
            else
                tables.Add(ReadTable(file, name, map));
        }

        if (tables.Count == 0)
            file.AddError(body, "A module must have at least one table.");
        if (file.Text(body, "scope") is { Value: not "project" } scope)
            file.Warn(scope, "Records always belong to a project; the scope of the module is ignored.");
        var version = file.Text(body, "version", 64) ?? file.Text(root, "version", 64) ?? file.Text(root, "model_version", 64);
        var grants = ReadGrants(file, FileReading.IsEmpty(body, "permissions") ? root : body, tables);
        var description = file.Text(body, "description", MaxText) ?? file.Text(root, "description", MaxText);
        return key is null
            ? null
            : new(key.Value, version?.Value ?? "1.0", description?.Value, tables, grants)
            {
                Name = file.Text(body, "name", CustomModuleSchema.MaxKeyLength)?.Value,
            };
    }

    private static CustomTable ReadTable(FileReading file, YamlText name, YamlMap map)
    {
        file.RejectMisspelled(map, ["soft_delete", "columns", "indexes"], ["name", "description"]);
        List<CustomColumn> columns = [];
        List<IReadOnlyList<string>> unique = [];
        foreach (var (key, body) in file.Things(map, "columns", "name"))
        {
            CheckName(file, key, "column");
            if (ReadColumn(file, key, body) is not { } column)
                continue;
            if (columns.Exists(c => c.Name == column.Name))
                file.AddError(key, $"There is already a column {key.Shown}.");
            else if (columns.Count == MaxColumns)
                file.AddError(key, $"A table can have at most {MaxColumns} columns.");
            else
                columns.Add(column);
            if (file.Flag(body, "unique", standard: false))
                unique.Add([column.Name]);
        }

        // A primary key of several columns is a single key.
        if (columns.Where(c => c.PrimaryKey).Select(c => c.Name).ToList() is { Count: > 0 } primary)
            unique.Insert(0, primary);
        var indexes = file.List(map, "indexes");
        if (indexes.Count > MaxIndexes)
            file.AddError(indexes[MaxIndexes], $"A table can have at most {MaxIndexes} indexes.");
        foreach (var index in indexes.Take(MaxIndexes))
        {
            var body = file.MapOf(index, "An index");
            file.RejectMisspelled(body, ["columns", "unique"], ["name", "description"]);
            var named = file.Texts(body, "columns").Distinct().ToList();
            if (named.Count == 0)
                file.AddError(index, "An index must name at least one column.");
            foreach (
                var missing in named.Where(n =>
                    !CustomModuleSchema.SystemColumns.Contains(n) && !columns.Exists(c => c.Name == n)
                )
            )
                file.AddError(index, $"There is no column '{missing}' for this index.");
            var own = named.Where(n => columns.Exists(c => c.Name == n)).ToList();
            if (file.Flag(body, "unique", standard: false) && own.Count > 0)
                unique.Add(own);
            columns = [.. columns.Select(c => own.Contains(c.Name) ? Indexed(file, index, c) : c)];
        }

        List<IReadOnlyList<string>> keys = [];
        foreach (var key in unique.Where(k => !keys.Exists(k.SequenceEqual)))
            keys.Add(key);
        return new(
            name.Value,
            file.Text(map, "description", MaxText)?.Value,
            file.Flag(map, "soft_delete", standard: true),
            columns,
            keys
        );
    }

    /// <returns>Null for an error, and for a column that Kiket maintains itself.</returns>
    private static CustomColumn? ReadColumn(FileReading file, YamlText name, YamlMap map)
    {
        file.RejectMisspelled(
            map,
            ["type", "null", "nullable", "primary_key", "unique", "length", "limit", "precision", "scale"],
            ["name", "default", "auto_increment", "indexed", "index", "description"]
        );
        if (file.Required(map, "type", $"The column {name.Shown}", 64) is not { } typed)
            return null;
        var match = TypeForm().Match(typed.Value.Trim().ToLowerInvariant());
        CustomColumnType? type = match.Groups["name"].Value switch
        {
            "bigint" => CustomColumnType.Bigint,
            "integer" or "int" => CustomColumnType.Integer,
            "decimal" or "numeric" => CustomColumnType.Decimal,
            "string" or "varchar" => CustomColumnType.String,
            "text" => CustomColumnType.Text,
            "boolean" or "bool" => CustomColumnType.Boolean,
            "timestamp" or "datetime" => CustomColumnType.Timestamp,
            "date" => CustomColumnType.Date,
            "json" or "jsonb" => CustomColumnType.Json,
            _ => null,
        };
        if (type is not { } known)
        {
            file.AddError(
                typed,
                $"'{typed.Shown}' is not a valid type; use bigint, integer, decimal(precision,scale), string(length), text, "
                    + "boolean, timestamp, date or json."
            );
            return null;
        }

        var isOwnKey = name.Value == "id" && known is CustomColumnType.String;
        if (name.Value == "id" && known is not (CustomColumnType.String or CustomColumnType.Bigint or CustomColumnType.Integer))
            file.AddError(
                typed,
                "The id must be a bigint, which Kiket assigns, or a string, which the creator of a record gives."
            );
        if (CustomModuleSchema.SystemColumns.Contains(name.Value) && !isOwnKey)
            return null;
        if (file.Flag(map, "auto_increment", standard: false))
            file.AddError(map.Find("auto_increment")!.Value, "Only the column id can be auto_increment.");
        if (
            match.Groups["a"].Success
            && known is not (CustomColumnType.String or CustomColumnType.Text or CustomColumnType.Decimal)
        )
            file.AddError(typed, $"'{typed.Shown}': only string, text and decimal columns can have a size.");
        var column = new CustomColumn(name.Value, known)
        {
            Description = file.Text(map, "description", MaxText)?.Value,
            Nullable = file.Flag(map, "null", file.Flag(map, "nullable", standard: true)),
            PrimaryKey = file.Flag(map, "primary_key", standard: false) || isOwnKey,
        };
        if (column.PrimaryKey)
            column = column with { Nullable = false };
        int? first = match.Groups["a"].Success ? Number(match.Groups["a"].Value) : null,
            second = match.Groups["b"].Success ? Number(match.Groups["b"].Value) : null;
        switch (known)
        {
            case CustomColumnType.String or CustomColumnType.Text:
                int? standard = known is CustomColumnType.String ? CustomColumn.MaxIndexedLength : null;
                column = column with
                {
                    Length = first ?? file.WholeNumber(map, "length") ?? file.WholeNumber(map, "limit") ?? standard,
                };
                if (column.Length is < 1 or > MaxLength)
                    file.AddError(typed, $"The length must be 1 to {MaxLength}.");
                break;
            case CustomColumnType.Decimal when (first ?? file.WholeNumber(map, "precision")) is { } precision:
                column = column with { Precision = precision, Scale = second ?? file.WholeNumber(map, "scale") ?? 0 };
                if (precision is < 1 or > 28 || column.Scale > precision)
                    file.AddError(typed, "The precision must be 1 to 28, and the scale at most the precision.");
                break;
        }

        if (
            column.PrimaryKey
            || file.Flag(map, "indexed", standard: false)
            || file.Flag(map, "index", standard: false)
            || file.Flag(map, "unique", standard: false)
        )
            column = Indexed(file, name, column);
        return WithDefault(file, map, column);
    }

    private static CustomColumn WithDefault(FileReading file, YamlMap map, CustomColumn column)
    {
        if (map.Find("default")?.Value is not { } standard || standard is YamlText { IsNull: true })
            return column;
        if (
            standard is YamlText { Value: "now()" or "NOW()" or "CURRENT_TIMESTAMP" }
            && column.Type is CustomColumnType.Timestamp
        )
            return column with { DefaultsToNow = true };
        if (CustomValues.Read(column, FileReading.ToJson(standard)) is { } value)
            return column with { Default = value };
        file.AddError(standard, $"The default is not valid: {column.Name} must be {CustomValues.Describe(column)}.");
        return column;
    }

    private static CustomColumn Indexed(FileReading file, YamlNode at, CustomColumn column)
    {
        if (column.Type is CustomColumnType.Json or CustomColumnType.Text || column.Length > CustomColumn.MaxIndexedLength)
            file.AddError(
                at,
                $"{column.Name} cannot be indexed: only numbers, times, booleans and strings of at most "
                    + $"{CustomColumn.MaxIndexedLength} characters can."
            );
        return column with { Indexed = true };
    }

    private static List<CustomGrant> ReadGrants(FileReading file, YamlMap map, List<CustomTable> tables)
    {
        List<CustomGrant> grants = [];
        foreach (var item in file.List(map, "permissions"))
        {
            var body = file.MapOf(item, "A permission");
            file.RejectUnknown(body, ["role", "tables", "operations", "conditions", "description"]);
            var role = file.Required(body, "role", "A permission", 32);
            if (role is not null && !Roles.Contains(role.Value))
                file.AddError(role, $"'{role.Shown}' is not a valid role; use {string.Join(", ", Roles)}.");

            var isConditional = !FileReading.IsEmpty(body, "conditions");
            var owner = isConditional ? OwnerColumn(file, body) : null;
            if (isConditional && owner is null)
                file.Warn(
                    item,
                    "The permission grants nothing: the only supported condition is one column that equals current_user_id."
                );
            List<(string Table, IReadOnlyList<string> Operations)> listed = body.Find("tables")?.Value is YamlMap byTable
                ? [.. byTable.Entries.Select(e => (e.Key.Value, TextsOf(file, e.Value)))]
                : [.. file.Texts(body, "tables").Select(t => (t, file.Texts(body, "operations")))];
            foreach (var (name, operations) in listed)
            {
                if (grants.Count == MaxGrants)
                {
                    file.AddError(item, $"A module can have at most {MaxGrants} permissions.");
                    return grants;
                }

                foreach (var wrong in operations.Except(Operations))
                    file.AddError(item, $"'{wrong}' is not a valid operation; use {string.Join(", ", Operations)}.");
                var at = tables.FindIndex(t => t.Name == name);
                if (at < 0)
                    file.AddError(item, $"The permission names the table '{name}', which does not exist.");
                else if (owner is not null)
                    tables[at] = WithOwner(file, item, tables[at], owner);
                if (role is not null)
                    grants.Add(new(role.Value, name, isConditional && owner is null ? [] : operations) { OwnerColumn = owner });
            }
        }

        return grants;
    }

    /// <summary>The column of the only supported condition; null for any other, because it would not be enforced.</summary>
    private static string? OwnerColumn(FileReading file, YamlMap permission) =>
        permission.Find("conditions")?.Value is YamlList { Items: [YamlMap { Entries.Count: 2 } only] }
        && only.Find("equals")?.Value is YamlText { Value: "current_user_id" }
            ? file.Text(only, "column", CustomModuleSchema.MaxNameLength)?.Value
            : null;

    /// <summary>
    /// The table with an index on its owner column, because every list that a user sees is filtered by it.
    /// </summary>
    private static CustomTable WithOwner(FileReading file, YamlNode at, CustomTable table, string owner)
    {
        if (table.Find(owner) is { Type: CustomColumnType.Bigint or CustomColumnType.Integer or CustomColumnType.String } column)
            return table with { Columns = [.. table.Columns.Select(c => c == column ? Indexed(file, at, c) : c)] };
        file.AddError(at, $"{table.Name} has no column '{owner}' that can hold a user, as a number or a string.");
        return table;
    }

    private static IReadOnlyList<string> TextsOf(FileReading file, YamlNode value) =>
        file.Texts(
            new YamlMap(value.Line, value.Column, 1, 0, [new(new(value.Line, value.Column, "operations", IsPlain: true), value)]),
            "operations"
        );

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;

    private static void CheckName(FileReading file, YamlText name, string what)
    {
        if (name.Value.Length > CustomModuleSchema.MaxNameLength || !Name().IsMatch(name.Value))
            file.AddError(
                name,
                $"'{name.Shown}' is not a valid {what} name: at most {CustomModuleSchema.MaxNameLength} lower-case letters, "
                    + "digits and underscores, starting with a letter."
            );
    }

    [GeneratedRegex("^[a-z][a-z0-9._-]*\\z")]
    private static partial Regex ModuleKey();

    [GeneratedRegex("^[a-z][a-z0-9_]*\\z")]
    private static partial Regex Name();

    [GeneratedRegex("^(?<name>[a-z]+)(\\(\\s*(?<a>\\d+)\\s*(,\\s*(?<b>\\d+)\\s*)?\\))?\\z")]
    private static partial Regex TypeForm();
}
