using Kiket.Domain.Common;

namespace Kiket.Domain.CustomData;

/// <summary>The refusals about custom data.</summary>
internal static class CustomDataErrors
{
    /// <summary><c>CUSTOM_MODULE_NOT_FOUND</c>: no such module that the actor can see.</summary>
    /// <param name="module">Its key.</param>
    public static Error ModuleNotFound(string module) =>
        new(ErrorKind.NotFound, "CUSTOM_MODULE_NOT_FOUND", $"There is no module {module}.");

    /// <summary><c>CUSTOM_TABLE_NOT_FOUND</c>: the module has no such table.</summary>
    /// <param name="module">Key of the module.</param>
    /// <param name="table">The requested one.</param>
    public static Error TableNotFound(string module, string table) =>
        new(ErrorKind.NotFound, "CUSTOM_TABLE_NOT_FOUND", $"Module {module} has no table {table}.");

    /// <summary><c>CUSTOM_RECORD_NOT_FOUND</c>: the table has no such record in the project.</summary>
    /// <param name="id">The requested one.</param>
    public static Error RecordNotFound(string id) =>
        new(ErrorKind.NotFound, "CUSTOM_RECORD_NOT_FOUND", $"There is no record {id}.");

    /// <summary><c>FORBIDDEN</c>: neither the manifest nor the module allows it.</summary>
    /// <param name="module">Key of the module.</param>
    /// <param name="table">Name of the table.</param>
    /// <param name="operation"><c>read</c>, <c>write</c> or <c>delete</c>.</param>
    public static Error Forbidden(string module, string table, string operation) =>
        Error.Forbidden($"You are not allowed to {operation} table {table} of module {module}.");

    /// <summary><c>VALIDATION_ERROR</c>: another record holds the same unique values.</summary>
    /// <param name="columns">The columns that are unique together.</param>
    public static Error NotUnique(IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return Error.Validation([
            .. columns.Select(c => new ErrorDetail(
                $"record.{c}",
                $"Another record already has the same {string.Join(", ", columns)}."
            )),
        ]);
    }
}
