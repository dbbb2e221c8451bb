using System.Text.Json;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;

namespace Kiket.Application.Extensions;

/// <summary>The recent reports of an extension, newest first.</summary>
/// <param name="Kinds">Only reports of these kinds; none means all.</param>
internal sealed record ListExtensionReportsQuery(
    ExtensionRef Extension,
    ProjectRef? Project,
    IReadOnlyList<ReportKind> Kinds,
    PageRequest Page
) : IQuery<Result<Page<ExtensionReportDto>>>;

internal sealed record ExtensionReportDto(
    long Id,
    ReportKind Kind,
    string Name,
    bool IsFailure,
    IReadOnlyDictionary<string, JsonElement> Body,
    DateTimeOffset ReceivedAt
);

internal sealed class ListExtensionReportsHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListExtensionReportsQuery, Result<Page<ExtensionReportDto>>>
{
    private static readonly SortOptions<ExtensionReport> Sorts = new SortOptions<ExtensionReport>("id desc", r => r.Id).By(
        "id",
        r => r.Id
    );

    public async Task<Result<Page<ExtensionReportDto>>> Handle(ListExtensionReportsQuery query, CancellationToken ct)
    {
        var found = await db.FindExtensionAsync(query.Extension, query.Project, current, ct);
        if (found.Error is { } unknown)
            return unknown;
        return await db
            .ExtensionReports.WithSpecification(new ReportsOf(found.Value.Id, query.Kinds))
            .ToPageAsync(
                query.Page,
                Sorts,
                page => page.Select(r => new ExtensionReportDto(r.Id, r.Kind, r.Name, r.IsFailure, r.Body, r.ReceivedAt)),
                ct
            );
    }
}
