using Ardalis.Specification;
using Kiket.Application.Common;
using Kiket.Application.Issues;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tests.Persistence;

/// <summary>Every part of a specification is applied, or is rejected.</summary>
public sealed class SpecificationTests : IDisposable
{
    private readonly SqliteConnection connection = new("Data Source=:memory:");
    private readonly Library library;

    public SpecificationTests()
    {
        connection.Open();
        library = new(new DbContextOptionsBuilder<Library>().UseSqlite(connection).Options);
        library.Database.EnsureCreated();
        var ada = new Author { Name = "Ada" };
        library.Add(
            new Shelf
            {
                Books =
                [
                    new() { Title = "C", Year = 1 },
                    new()
                    {
                        Title = "A",
                        Year = 2,
                        Author = ada,
                    },
                ],
            }
        );
        library.Add(
            new Shelf
            {
                Books =
                [
                    new()
                    {
                        Title = "B",
                        Year = 1,
                        Author = ada,
                    },
                ],
            }
        );
        library.SaveChanges();
        library.ChangeTracker.Clear();
    }

    public static TheoryData<string, Specification<Book>> Refused =>
        new()
        {
            { "a search", Asking(q => q.Search(b => b.Title, "A")) },
            { "a tag", Asking(q => q.TagWith("books")) },
            { "post-processing", Asking(q => q.PostProcessingAction(books => books)) },
            { "a cache", Asking(q => q.EnableCache("books")) },
            { "rows of other organizations", Asking(q => q.IgnoreQueryFilters()) },
            { "automatic includes", Asking(q => q.IgnoreAutoIncludes()) },
            { "split statements", Asking(q => q.AsSplitQuery()) },
            { "identity resolution", Asking(q => q.AsNoTrackingWithIdentityResolution()) },
            { "a projection", new Titles() },
        };

    [Fact]
    public void All_conditions_must_hold() =>
        Assert.Equal(
            ["B"],
            TitlesOf(q => q.Where(b => b.Year == 1).Where(b => b.Author!.Name == "Ada").Where(b => b.Title == "C", false))
        );

    [Fact]
    public void Further_orders_break_the_ties_of_the_first()
    {
        Assert.Equal(["B", "C", "A"], TitlesOf(q => q.OrderBy(b => b.Year).ThenBy(b => b.Title)));
        Assert.Equal(["C", "B", "A"], TitlesOf(q => q.OrderBy(b => b.Year).ThenByDescending(b => b.Title)));
        Assert.Equal(["A", "B", "C"], TitlesOf(q => q.OrderByDescending(b => b.Year).ThenBy(b => b.Title)));
    }

    [Fact]
    public void A_page_is_taken_after_the_order()
    {
        Assert.Equal(["B"], TitlesOf(q => q.OrderBy(b => b.Title).Skip(1).Take(1)));
        Assert.Equal(["C"], TitlesOf(q => q.OrderBy(b => b.Title).Skip(2)));
        Assert.Empty(TitlesOf(q => q.Take(0)));
    }

    [Fact]
    public void Includes_are_followed_to_their_end()
    {
        var specification = new Specification<Shelf>();
        specification.Query.Include(s => s.Books).ThenInclude(b => b.Author!).OrderBy(s => s.Id);

        var shelves = library.Shelves.WithSpecification(specification).ToList();

        Assert.Equal([null, "Ada"], shelves[0].Books.OrderByDescending(b => b.Title).Select(b => b.Author?.Name));
        Assert.Equal("B", Assert.Single(shelves[1].Books).Title);
    }

    [Fact]
    public void An_include_by_name_loads_what_it_names()
    {
        var specification = new Specification<Book>();
        specification.Query.Include(nameof(Book.Author)).Where(b => b.Title == "B");

        Assert.Equal("Ada", library.Books.WithSpecification(specification).Single().Author?.Name);
    }

    [Fact]
    public void An_include_with_a_condition_is_refused()
    {
        var specification = new Specification<Shelf>();
        specification.Query.Include(s => s.Books.Where(b => b.Year == 1));

        Assert.Throws<NotSupportedException>(() => library.Shelves.WithSpecification(specification));
    }

    [Fact]
    public void Rows_are_tracked_as_the_specification_says()
    {
        Assert.Equal(EntityState.Detached, StateOf(library.Books, q => q.AsNoTracking()));
        Assert.Equal(EntityState.Unchanged, StateOf(library.Books, _ => { }));
        Assert.Equal(EntityState.Detached, StateOf(library.Books.AsNoTracking(), _ => { }));
        Assert.Equal(EntityState.Unchanged, StateOf(library.Books.AsNoTracking(), q => q.AsTracking()));
    }

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void What_is_not_supported_is_refused_and_not_ignored(string what, Specification<Book> specification)
    {
        var failure = Assert.Throws<NotSupportedException>(() => library.Books.WithSpecification(specification));

        Assert.Contains(what, failure.Message);
    }

    [Fact]
    public void A_specification_says_the_same_of_one_issue_and_of_a_list()
    {
        var project = Project.Start(new(1), "LEGAL", new() { Name = "Legal" }, DateTimeOffset.UnixEpoch).Value;
        var workflow = Workflow
            .Publish(new(1), new(1), "default", 1, WorkflowDefinition.BuiltIn, null, DateTimeOffset.UnixEpoch)
            .Value;
        var type = project.Schema.DefaultType!;
        var issue = Issue.Open(project, type, workflow, new() { Title = "One" }, new(), new(1), DateTimeOffset.UnixEpoch).Value;
        issue.TakeNumber("LEGAL", 42);

        Assert.True(new IssueByRef(Reference("legal-42")).IsSatisfiedBy(issue));
        Assert.False(new IssueByRef(Reference("legal-43")).IsSatisfiedBy(issue));
        Assert.Single(new IssueByRef(Reference("legal-42")).Evaluate([issue]));

        static IssueRef Reference(string text) =>
            IssueRef.TryParse(text, out var reference) ? reference : throw new ArgumentException(text, nameof(text));
    }

    public void Dispose()
    {
        library.Dispose();
        connection.Dispose();
    }

    private static Specification<Book> Asking(Action<ISpecificationBuilder<Book>> ask)
    {
        var specification = new Specification<Book>();
        ask(specification.Query);
        return specification;
    }

    private EntityState StateOf(IQueryable<Book> books, Action<ISpecificationBuilder<Book>> ask)
    {
        library.ChangeTracker.Clear();
        return library.Entry(books.WithSpecification(Asking(ask)).First()).State;
    }

    private List<string> TitlesOf(Action<ISpecificationBuilder<Book>> ask) =>
        library.Books.WithSpecification(Asking(ask)).Select(b => b.Title).ToList();

    public sealed class Shelf
    {
        public int Id { get; init; }

        public List<Book> Books { get; init; } = [];
    }

    public sealed class Book
    {
        public int Id { get; init; }

        public required string Title { get; init; }

        public int Year { get; init; }

        public Author? Author { get; init; }
    }

    public sealed class Author
    {
        public int Id { get; init; }

        public required string Name { get; init; }
    }

    private sealed class Titles : Specification<Book, string>
    {
        public Titles() => Query.Select(b => b.Title);
    }

    private sealed class Library(DbContextOptions<Library> options) : DbContext(options)
    {
        public DbSet<Shelf> Shelves => Set<Shelf>();

        public DbSet<Book> Books => Set<Book>();
    }
}
