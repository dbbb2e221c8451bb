using Kiket.Domain.Common;

namespace Kiket.Domain.Checklists;

/// <summary>The refusals about checklists.</summary>
internal static class ChecklistErrors
{
    /// <summary><c>CHECKLIST_ITEM_NOT_FOUND</c>: the workflow has no such item.</summary>
    /// <param name="item">The requested one.</param>
    public static Error ItemNotFound(string item) =>
        new(ErrorKind.NotFound, "CHECKLIST_ITEM_NOT_FOUND", $"There is no checklist item '{item}' on this issue.");
}
