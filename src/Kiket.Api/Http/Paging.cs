using System.ComponentModel;
using System.Text.Json.Serialization;
using Kiket.Application.Common;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Http;

/// <summary>The parameters that every list has.</summary>
internal sealed record PageParameters
{
    [FromQuery(Name = "page"), Description("Page, from 1.")]
    public int? Page { get; init; }

    [FromQuery(Name = "per_page"), Description("Rows per page, 1 to 100; 25 by default.")]
    public int? PerPage { get; init; }

    [FromQuery(Name = "sort"), Description("Sort order: `field direction` pairs, separated by commas.")]
    public string? Sort { get; init; }

    public PageRequest ToPage() => new(Page, PerPage, Sort);
}

/// <summary>The position of a page in its list, under both sets of names that clients read (contract, section 3).</summary>
internal sealed record PageMeta(int Total, int Page, int PerPage, int TotalPages, int TotalCount, int CurrentPage)
{
    /// <summary>Whether the list may be longer than <see cref="Total"/>; left out where that is exact.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? TotalIsEstimate { get; init; }

    public static PageMeta Of<T>(Page<T> page) =>
        new(page.Total, page.Number, page.Size, page.TotalPages, page.Total, page.Number)
        {
            TotalIsEstimate = page.IsEstimate ? true : null,
        };
}

/// <summary>A page whose list is called <c>data</c>.</summary>
internal sealed record DataPage<T>(IReadOnlyList<T> Data, PageMeta Meta)
{
    public static DataPage<T> Of(Page<T> page) => new(page.Items, PageMeta.Of(page));
}
